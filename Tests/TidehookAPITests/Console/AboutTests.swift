import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct AboutTests {
  /// Every object of an answer has just the members that its schema lists.
  private func check(_ value: JSONValue?, against schema: JSONValue?, _ path: String) throws {
    guard let members = value?.members, let properties = schema?["properties"]?.members else { return }
    #expect(members.map(\.key) == properties.map(\.key), "\(path)")
    for member in members { try check(member.value, against: schema?["properties"]?[member.key], "\(path).\(member.key)") }
  }

  @Test func theSchemasListWhatIsShown() async throws {
    let gateway = TestGateway()
    let schemas = try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"]
    try check(try await gateway.send(.get, "/v1/about").json, against: try #require(schemas?["About"]), "about")
    let session = try await gateway.send(.post, "/console/session", #"{"key":"\#(TestGateway.key)"}"#, key: nil)
    try check(session.json, against: try #require(schemas?["Session"]), "session")
  }

  @Test func theFactsAreTold() async throws {
    let about = try await TestGateway().send(.get, "/v1/about").json
    #expect(about["version"] == "1.2.3" && about["uptime_secs"] == 60)
    #expect(about["retention"]?["delivered_days"] == 30 && about["retention"]?["max_database_bytes"] == .null)
    #expect(
      about["store"] == ["kind": "sqlite", "schema_version": 7, "path": "/data/tidehook.db", "size_bytes": 4096, "free_bytes": .null])
    #expect(about["limits"]?["body_bytes"] == 1_048_576 && about["limits"]?["script"]?["cpu_ms"] == 50)
    #expect(about["settings"]?["plugins_folder"] == "/plugins")
  }

  @Test func aLimitedKeyLearnsNothingOfTheMachineOrOfOthers() async throws {
    let gateway = TestGateway()
    _ = try await gateway.makeWebhook()
    _ = try await gateway.makeWebhook(#","namespace":"mine""#)
    let about = try await gateway.send(.get, "/v1/about", key: try await gateway.makeKey()).json
    #expect(about["counts"]?["webhooks"] == 1 && about["counts"]?["keys"] == .null)
    #expect(about["store"]?["path"] == .null && about["settings"]?["plugins_folder"] == .null)
    #expect(about["store"]?["size_bytes"] == .null && about["counts"]?["streams"] == .null)
    #expect(try await gateway.send(.get, "/v1/about").json["counts"]?["webhooks"] == 2)
  }
}
