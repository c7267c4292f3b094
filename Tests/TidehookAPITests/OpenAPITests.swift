import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct OpenAPITests {
  private func document() throws -> JSONValue { try JSONValue(parsing: TidehookAPI.openAPI()) }

  @Test func theDocumentIsServedAsItIsPrinted() async throws {
    let answer = try await TestGateway().send(.get, "/openapi.json", key: nil)
    #expect(answer.status == 200)
    #expect(Array(answer.text.utf8) == TidehookAPI.openAPI())
    #expect(answer.json["openapi"] == "3.1.0")
  }

  @Test func everyPathOfTheDocumentAnswers() async throws {
    for path in try #require(try document()["paths"]?.members) {
      for operation in try #require(path.value.members) {
        let method = try #require(HTTPRequest.Method(operation.key.uppercased()))
        let concrete = path.key.replacing("{id}", with: "x").replacing("{name}", with: "x").replacing("{n}", with: "1")
          .replacing("{project_id}", with: "x").replacing("{request}", with: "x")
        #expect(!concrete.contains("{"))
        let answer = try await TestGateway().send(method, concrete, key: nil)
        // Signing in needs a body.
        let isSignIn = path.key == "/console/session" && method == .post
        #expect((path.key == "/in/{id}" ? [404] : isSignIn ? [400] : [200, 401]).contains(answer.status), "\(operation.key) \(path.key)")
      }
    }
  }

  @Test(arguments: [("NewWebhook", "/v1/webhooks"), ("NewEvent", "/v1/events"), ("NewSource", "/v1/sources")])
  func theSchemasListTheFieldsThatAreKnown(schema: String, path: String) async throws {
    let answer = try await TestGateway().send(.post, path, #"{"unknown":1}"#)
    let properties = try #require(try document()["components"]?["schemas"]?[schema]?["properties"]?.members)
    for property in properties { #expect(answer.message.contains(property.key), "\(property.key)") }
    #expect(answer.message.split(separator: ",").count == (schema == "NewEvent" ? properties.count : properties.count + 1))
  }

  @Test func theSchemaOfAWebhookListsWhatIsShown() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","script":"return {}""#)
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)")
    let properties = try document()["components"]?["schemas"]?["Webhook"]?["properties"]?.members?.map(\.key) ?? []
    #expect(Set(shown.keys) == Set(properties))
  }

  @Test func theSchemaOfADryRunListsTheFieldsThatAreKnown() async throws {
    let answer = try await TestGateway().send(.post, "/v1/dry-runs", #"{"unknown":1}"#)
    let properties = try #require(try document()["components"]?["schemas"]?["DryRun"]?["properties"]?.members)
    for property in properties { #expect(answer.message.contains(property.key), "\(property.key)") }
    #expect(answer.message.split(separator: ",").count == properties.count + 1)
  }

  @Test func everyParameterOfAPathIsDescribed() throws {
    for path in try #require(try document()["paths"]?.members) {
      for operation in try #require(path.value.members) {
        let names = operation.value["parameters"]?.elements?.filter { $0["in"] == "path" }.compactMap { $0["name"]?.stringValue } ?? []
        #expect(names == path.key.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) })
      }
    }
  }

  /// Which part of which answer each schema describes.
  @Test func theSchemasOfPluginsRevisionsAndDryRunsListWhatIsShown() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"x"}"#)
    gateway.backend.with { state in
      let version = PluginVersion(name: "chat", revision: 3)
      state.pluginRevisions = [PluginRevision(version: version, digest: "d", content: Array("{}".utf8), createdAt: StoppedClock().time)]
      state.dryRun = { _, _ in
        DryRun(stages: [StageTrace(name: "s", decision: .dropped(reason: "r"))], outcome: .filtered(stage: 0, reason: "r"))
      }
    }
    let revisions = "/v1/webhooks/\(id)/revisions"
    let plugin = "/v1/plugins/chat"
    let report = try await gateway.send(.post, "/v1/dry-runs", #"{"script":"s","event":{"event":"a","data":{}}}"#).json
    let shown: [(String, JSONValue?)] = [
      ("WebhookRevisionSummary", try await gateway.send(.get, revisions).json["data"]?[0]),
      ("WebhookRevision", try await gateway.send(.get, revisions + "/1").json),
      ("WebhookDiff", try await gateway.send(.get, revisions + "/diff").json),
      ("PluginWithReadme", try await gateway.send(.get, plugin).json),
      ("PluginRevision", try await gateway.send(.get, plugin + "/revisions").json["data"]?[0]),
      ("PluginRevisionWithFiles", try await gateway.send(.get, plugin + "/revisions/3").json),
      ("Readiness", try await gateway.send(.get, "/readyz").json), ("DryRunReport", report), ("DryRunResult", report["results"]?[0]),
      ("DryRunStage", report["results"]?[0]?["stages"]?[0]),
    ]
    for (schema, answer) in shown {
      let names = try #require(try document()["components"]?["schemas"]?[schema]?["properties"]?.members).map(\.key)
      #expect(answer?.members?.map(\.key) == names.filter { $0 != "body_base64" }, "\(schema)")
    }
  }

  @Test func theSchemasOfSourcesListWhatIsShown() async throws {
    let gateway = TestGateway()
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"a","plugin":"p","verify":{"scheme":"path"}}"#).json
    let id = made["id"]?.stringValue ?? ""
    _ = try await gateway.send(.post, "/in/\(id)", "{}", key: nil)
    let requests = "/v1/sources/\(id)/requests"
    let row = try await gateway.send(.get, requests).json["data"]?[0]
    let whole = try await gateway.send(.get, "\(requests)/\(row?["id"]?.stringValue ?? "")").json
    for (schema, answer) in [("SourceRequest", row), ("SourceRequestWithBody", whole)] {
      let names = try #require(try document()["components"]?["schemas"]?[schema]?["properties"]?.members).map(\.key)
      #expect(answer?.members?.map(\.key) == names, "\(schema)")
    }
    let names = try #require(try document()["components"]?["schemas"]?["CreatedSource"]?["properties"]?.members).map(\.key)
    #expect(Set(made.members?.map(\.key) ?? []) == Set(names).subtracting(["script"]))
  }

  @Test func everyReferenceHasItsSchema() throws {
    let text = String(decoding: TidehookAPI.openAPI(), as: UTF8.self)
    let schemas = try document()["components"]?["schemas"]?.members?.map(\.key) ?? []
    for part in text.split(separator: "#/components/schemas/").dropFirst() {
      let name = String(part.prefix { $0 != "\"" })
      #expect(schemas.contains(name), "\(name)")
    }
  }
}
