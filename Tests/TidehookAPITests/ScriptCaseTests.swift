import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct ScriptCaseTests {
  private static let one: JSONValue = [
    "name": "numbers are kept", "event": ["event": "a", "data": ["n": .number("1.5")]], "ctx": ["namespace": "x"],
    "expect": ["drop": true],
  ]

  private func stage(_ cases: [JSONValue]) -> String {
    let stage: JSONValue = ["script": "return {}", "cases": .array(cases)]
    return String(decoding: stage.bytes, as: UTF8.self)
  }

  private func makeWebhook(_ gateway: TestGateway) async throws -> String {
    try await gateway.makeWebhook(#","pipeline":[\#(stage([Self.one]))]"#)
  }

  @Test func theyAreStoredWithTheRevisionAndShownAsTheyCame() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)").json
    #expect(shown["pipeline"]?[0]?["cases"]?.bytes == JSONValue.array([Self.one]).bytes)
    let revision = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/1").json
    #expect(revision["configuration"]?["pipeline"]?[0]?["cases"]?[0]?["name"] == "numbers are kept")
  }

  @Test func listsSayOnlyHowManyThereAre() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let listed = try await gateway.send(.get, "/v1/webhooks").json["data"]?[0]?["pipeline"]
    #expect(listed == [["script": "return {}", "case_count": 1]])
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)").json["pipeline"]
    #expect(shown?[0]?.members?.map(\.key) == ["script", "cases"])
    // Who sends back what a list said would lose them unseen.
    let sent = #"{"pipeline":[{"script":"return {}","case_count":1}]}"#
    let refused = try await gateway.send(.patch, "/v1/webhooks/\(id)", sent)
    #expect(refused.status == 400 && refused.field == "pipeline[0].case_count", "\(refused.text)")
  }

  @Test func aScriptWithoutThemShowsNone() async throws {
    let gateway = TestGateway()
    for given in [#"{"script":"a"}"#, #"{"script":"a","cases":[]}"#, #"{"script":"a","cases":null}"#] {
      let id = try await gateway.makeWebhook(#","pipeline":[\#(given)]"#)
      #expect(try await gateway.send(.get, "/v1/webhooks/\(id)").json["pipeline"] == [["script": "a"]])
    }
  }

  @Test func theShortFormChangesTheScriptAndKeepsItsCases() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let short = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"script":"return 2"}"#).json
    #expect(short["script"] == "return 2" && short["pipeline"]?[0]?["cases"]?.elements?.count == 1)
    let long = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[{"script":"return 2"}]}"#).json
    #expect(long["pipeline"] == [["script": "return 2"]])
  }

  @Test func aChangeOfThemIsTold() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"pipeline":[\#(stage([]))]}"#)
    let changes = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff").json["changes"]?.elements
    #expect(changes?.map { $0["field"] } == ["pipeline[0].cases"] && changes?[0]["to"] == [])
  }

  @Test func theyAreBounded() async throws {
    let gateway = TestGateway()
    for (cases, says) in [
      (Array(repeating: Self.one, count: 101), "101 cases"),
      ([["name": "n", "event": ["data": .string(String(repeating: "x", count: 64 << 10))], "expect": [:]]], "65536 bytes of JSON"),
    ] {
      let body = #"{"url":"https://example.com","events":["*"],"pipeline":[\#(stage(cases))]}"#
      let answer = try await gateway.send(.post, "/v1/webhooks", body)
      #expect(answer.status == 400 && answer.field == "pipeline[0].cases" && answer.text.contains(says), "\(answer.text)")
    }
    let most = try await gateway.makeWebhook(#","pipeline":[\#(stage(Array(repeating: Self.one, count: 100)))]"#)
    #expect(try await gateway.send(.get, "/v1/webhooks/\(most)").json["pipeline"]?[0]?["cases"]?.elements?.count == 100)
  }
}
