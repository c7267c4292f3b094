import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// The wire format that Mem0's clients expect, call by call.
@Suite struct Mem0RoutesTests {
  private static let projects = "/api/v1/webhooks/projects/proj_123/"
  private static let webhook = #"{"url":"https://your-app.com/webhook","name":"Memory Logger","event_types":["memory_add"]}"#

  private func makeWebhook(_ gateway: TestGateway) async throws -> String {
    let answer = try await gateway.send(.post, Self.projects, Self.webhook)
    return try #require(answer.json["webhook_id"]?.stringValue)
  }

  @Test(arguments: ["/v1/ping/", "/v1/ping", "//v1/ping/", "/v1/ping/?org_id=orgX&project_id=projY"])
  func thePingSaysWhatClientsNeed(path: String) async throws {
    let answer = try await TestGateway().send(.get, path, key: "Token \(TestGateway.key)")
    #expect(answer.status == 200)
    #expect(answer.text == #"{"status":"ok","org_id":"tidehook","project_id":"default","user_email":null}"#)
  }

  @Test(arguments: [nil, "Token wrong", "Basic x"])
  func withoutAKeyThereIsADetail(key: String?) async throws {
    for path in ["/v1/ping/", Self.projects] {
      let answer = try await TestGateway().send(.get, path, key: key)
      #expect(answer.status == 401 && answer.keys == ["error", "detail"])
      #expect(answer.json["detail"]?.stringValue == answer.json["error"]?.stringValue)
    }
  }

  @Test func aNewWebhookIsMem0sInEveryRespect() async throws {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, Self.projects, Self.webhook)
    #expect(answer.status == 201)
    #expect(
      answer.keys == [
        "webhook_id", "name", "url", "owner", "event_types", "project", "is_active", "created_at", "updated_at", "secret",
      ])
    #expect(answer.json["owner"] == "admin" && answer.json["project"] == "proj_123" && answer.json["is_active"] == true)
    #expect(answer.json["event_types"] == ["memory_add"] && answer.json["secret"] == "whsec_bWFkZQ==")
    let webhook = try #require(gateway.backend.webhooks().first)
    #expect(webhook.pipeline == [.plugin(PluginStage(name: "mem0", options: [:]))])
    #expect(webhook.signing == [.mem0, .standard] && webhook.namespace == Namespace("proj_123"))
  }

  @Test func aListIsABareArrayOfOneProject() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    _ = try await gateway.send(.post, "/api/v1/webhooks/projects/other/", Self.webhook)
    _ = try await gateway.makeWebhook()
    let answer = try await gateway.send(.get, Self.projects)
    #expect(answer.json.elements?.count == 1)
    #expect(answer.json[0]?["webhook_id"]?.stringValue == id && answer.json[0]?["owner"] == "admin")
    #expect(answer.json[0]?["secret"] == nil)
    #expect(try await gateway.send(.get, "/api/v1/webhooks/projects/empty/").text == "[]")
  }

  @Test func bothDialectsSeeTheSameWebhooks() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","namespace":"proj_123","name":"Native""#)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"events":["memory.created","memory.recalled","memory.*","*"]}"#)
    let shown = try await gateway.send(.get, Self.projects)
    #expect(shown.json[0]?["event_types"] == ["memory_add", "memory.recalled", "memory.*", "*"])
    let types = #"["memory_add","memory.recalled","memory.*","*","memory:delete","ingest_job_failed"]"#
    #expect(try await gateway.send(.put, "/api/v1/webhooks/\(id)/", #"{"event_types":\#(types)}"#).status == 200)
    let native = try await gateway.send(.get, "/v1/webhooks/\(id)")
    #expect(native.json["events"] == ["memory.created", "memory.recalled", "memory.*", "*", "memory.deleted", "ingest_job_failed"])
    #expect(native.json["name"] == "Native" && native.json["revision"] == 3)
  }

  @Test(arguments: [
    #"{"name":"Updated Logger","url":"https://your-app.com/new-webhook","event_types":["memory_update","memory_add"]}"#,
    #"{"name":"Only name"}"#, "{}", #"{"eventTypes":["memory_delete"],"webhookId":"wh_1","projectId":"x"}"#, #"{"is_active":false}"#,
  ])
  func anUpdateTakesWhatIsGivenAndAnswersWithAMessage(body: String) async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let answer = try await gateway.send(.put, "/api/v1/webhooks/\(id)/", body)
    #expect(answer.status == 200 && answer.text == #"{"message":"Webhook updated successfully"}"#)
    let revisions = gateway.backend.with { $0.revisions.count }
    #expect(revisions == (body == "{}" ? 1 : 2))
  }

  @Test func whatIsDeletedIsGoneAndABodyAnswers() async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    let answer = try await gateway.send(.delete, "/api/v1/webhooks/\(id)/")
    #expect(answer.status == 200 && answer.text == #"{"message":"Webhook deleted successfully"}"#)
    let again = try await gateway.send(.delete, "/api/v1/webhooks/\(id)/")
    #expect(again.status == 404 && again.text == #"{"error":"Webhook not found","detail":"Webhook not found"}"#)
  }

  @Test(arguments: ["/api/v1/nothing/", "/api/v1/webhooks/a/b/", "/mem0/nothing", "//api/v1/nothing/"]) func whereNothingIsTheirWordsSaySo(
    path: String
  )
    async throws
  {
    let answer = try await TestGateway().send(.get, path)
    #expect(answer.status == 404 && answer.json["error"]?.stringValue?.contains(path) == true)
    #expect(answer.json["detail"] == answer.json["error"])
  }

  @Test(arguments: [HTTPRequest.Method.put, .delete], ["projects", "wh_x", "a%2Fb"])
  func anUnknownWebhookIsNotFound(method: HTTPRequest.Method, id: String) async throws {
    let answer = try await TestGateway().send(method, "/api/v1/webhooks/\(id)/", "{}")
    #expect(answer.status == 404 && answer.json["detail"] == "Webhook not found")
  }

  @Test(arguments: [
    ("/api/v1/webhooks/wh_1/", "DELETE, PUT"), ("/api/v1/webhooks/projects/p/", "GET, HEAD, POST"), ("/v1/ping/", "GET, HEAD"),
  ])
  func otherMethodsAreNamed(path: String, allowed: String) async throws {
    let answer = try await TestGateway().send(.patch, path, "{}")
    #expect(answer.status == 405 && answer.headers[.allow] == allowed && answer.keys == ["error", "detail"])
  }

  @Test func everyCallIsAnsweredWithoutASlashToo() async throws {
    let gateway = TestGateway()
    #expect(try await gateway.send(.post, String(Self.projects.dropLast()), Self.webhook).status == 201)
    let id = try await makeWebhook(gateway)
    #expect(try await gateway.send(.get, "/" + Self.projects).json.elements?.count == 2)
    #expect(try await gateway.send(.put, "/api/v1/webhooks/\(id)", "{}").status == 200)
    #expect(try await gateway.send(.delete, "//api/v1/webhooks/\(id)").status == 200)
  }

  @Test func everyMissingFieldIsNamed() async throws {
    let answer = try await TestGateway().send(.post, Self.projects, "{}")
    #expect(answer.status == 400)
    let required = #"["This field is required."]"#
    #expect(answer.text == #"{"url":\#(required),"name":\#(required),"event_types":\#(required)}"#)
  }

  @Test(arguments: [
    (#""name":"""#, "name"), (#""name":null"#, "name"), (#""name":7"#, "name"), (#""url":"""#, "url"), (#""url":"ftp://x.com""#, "url"),
    (#""url":"http://127.0.0.1/""#, "url"), (#""event_types":"memory_add""#, "event_types"), (#""event_types":[]"#, "event_types"),
    (#""event_types":null"#, "event_types"), (#""event_types":["memory_ad"]"#, "event_types"), (#""event_types":[7]"#, "event_types"),
    (#""eventTypes":[]"#, "event_types"), (#""is_active":"yes""#, "is_active"),
  ])
  func aBadFieldIsRefusedByItsName(member: String, field: String) async throws {
    let gateway = TestGateway()
    let id = try await makeWebhook(gateway)
    for (method, path) in [(HTTPRequest.Method.put, "/api/v1/webhooks/\(id)/"), (.post, Self.projects)] {
      let rest = #""url":"https://a.com","name":"n","event_types":["memory_add"]"#.split(separator: ",")
        .filter { method == .post && !$0.contains(field) }.map { "," + $0 }.joined()
      let answer = try await gateway.send(method, path, "{\(member)\(rest)}")
      #expect(answer.status == 400 && answer.keys == [field], "\(answer.text)")
      let message = try #require(answer.json[field]?[0]?.stringValue)
      #expect(!message.isEmpty && !message.hasPrefix(field + ":"))
    }
  }

  @Test(arguments: ["", "[]", "7", "{", "null"])
  func aBodyThatIsNoObjectIsRefusedInOneSentence(body: String) async throws {
    let answer = try await TestGateway().send(.post, Self.projects, body)
    #expect(answer.status == 400 && answer.keys == ["error", "detail"])
  }

  @Test(arguments: [(1, 200), (2, 200), (10, 200), (11, 503)])
  func aChangeIsMadeAgainUntilNobodyComesFirst(others: Int, status: Int) async throws {
    let gateway = TestGateway()
    let path = "/api/v1/webhooks/\(try await makeWebhook(gateway))/"
    gateway.backend.with { $0.staleReplacements = others }
    let answer = try await gateway.send(.put, path, #"{"name":"other"}"#)
    #expect(answer.status == status, "\(answer.text)")
    #expect(gateway.backend.webhooks().first?.name == (status == 200 ? "other" : "Memory Logger"))
    #expect(gateway.backend.webhooks().first?.revision == others + (status == 200 ? 2 : 1))
  }

  @Test(arguments: [StoreError.Code.failed, .full, .busy, .closed, .stale])
  func aStoreThatFailsIsSaidToBeUnavailable(code: StoreError.Code) async throws {
    let gateway = TestGateway()
    let path = "/api/v1/webhooks/\(try await makeWebhook(gateway))/"
    gateway.backend.with { $0.failure = StoreError(code, "a secret of the disk") }
    for (method, path, body) in [(HTTPRequest.Method.put, path, #"{"name":"other"}"#), (.post, Self.projects, Self.webhook)] {
      let answer = try await gateway.send(method, path, body)
      #expect(answer.status == 503 && answer.keys == ["error", "detail"] && answer.headers[.retryAfter] == "1", "\(answer.text)")
      #expect(!answer.text.contains("secret"))
    }
  }

  @Test func theSchemasOfTheDialectListWhatIsShown() async throws {
    let gateway = TestGateway()
    let schemas = try #require(try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"])
    let created = try await gateway.send(.post, Self.projects, Self.webhook)
    let shown = try await gateway.send(.get, Self.projects)
    #expect(created.keys == schemas["Mem0CreatedWebhook"]?["properties"]?.members?.map(\.key))
    #expect(shown.json[0]?.members?.map(\.key) == schemas["Mem0Webhook"]?["properties"]?.members?.map(\.key))
    #expect(try await gateway.send(.get, "/v1/ping/").keys == schemas["Mem0Ping"]?["properties"]?.members?.map(\.key))
  }
}
