import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct RevisionRoutesTests {
  /// A webhook with four revisions: made, two new scripts, renamed.
  private func makeHistory(_ gateway: TestGateway) async throws -> String {
    let id = try await gateway.makeWebhook(#","script":"one\ntwo\n""#)
    for body in [#"{"script":"one\n2\n"}"#, #"{"script":"one\n2\nthree\n","retry":{"max_retries":1}}"#, #"{"name":"new"}"#] {
      #expect(try await gateway.send(.patch, "/v1/webhooks/\(id)", body).status == 200)
    }
    return id
  }

  @Test func revisionsAreListedNewestFirstWithWhatTheyChanged() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions")
    let rows = try #require(answer.json["data"]?.elements)
    #expect(rows.map { $0["revision"] } == [4, 3, 2, 1] && answer.json["next_cursor"] == .null)
    #expect(rows[0].members?.map(\.key) == ["revision", "created_at", "made_by", "changed"])
    #expect(rows.map { $0["made_by"] }.allSatisfy { $0 == "admin" })
    #expect(rows.map { $0["changed"] } == [["name"], ["pipeline[0].script", "retry.max_retries"], ["pipeline[0].script"], .null])
  }

  @Test func aChangedSecretIsNamedAndNotShown() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    for body in [#"{"secret":"a secret of the admin"}"#, #"{"name":"x"}"#] {
      #expect(try await gateway.send(.patch, "/v1/webhooks/\(id)", body).status == 200)
    }
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions")
    #expect((0..<3).map { answer.json["data"]?[$0]?["changed"] } == [["name"], ["secret"], .null])
    #expect(!answer.text.contains("of the admin"))
  }

  @Test func theListOfRevisionsIsPaged() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    for number in 0..<40 { _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"\#(number)"}"#) }
    for limit in [1, 7, 15, 16, 17, 32, 41] {
      var seen: [JSONValue] = []
      var cursor = ""
      repeat {
        let page = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions?limit=\(limit)&cursor=\(cursor)")
        let rows = try #require(page.json["data"]?.elements)
        #expect(rows.count <= limit && !rows.isEmpty)
        seen += rows.compactMap { $0["revision"] }
        cursor = page.json["next_cursor"]?.stringValue ?? ""
      } while !cursor.isEmpty
      #expect(seen == (1...41).reversed().map { JSONValue.integer(Int64($0)) }, "limit \(limit)")
    }
  }

  @Test func oneRevisionIsShownWithItsConfiguration() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/2")
    #expect(answer.keys == ["webhook_id", "revision", "created_at", "made_by", "configuration"])
    #expect(answer.json["configuration"]?["script"] == "one\n2\n" && answer.json["configuration"]?["secret"] == nil)
    #expect(answer.json["configuration"]?["retry"]?["max_retries"] == 3)
  }

  @Test func twoRevisionsAreCompared() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff?from=1&to=3")
    #expect(answer.keys == ["from", "to", "changes"] && answer.json["from"] == 1 && answer.json["to"] == 3)
    let changes = try #require(answer.json["changes"]?.elements)
    #expect(changes.map { $0["field"] } == ["pipeline[0].script", "retry.max_retries"])
    #expect(changes[0]["diff"] == "--- revision 1\n+++ revision 3\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+three\n")
    #expect(changes[1] == ["field": "retry.max_retries", "from": 3, "to": 1])
    let back = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff?from=3&to=1")
    #expect(back.json["changes"]?[1] == ["field": "retry.max_retries", "from": 1, "to": 3])
  }

  @Test(arguments: [("", 3, 4), ("?to=3", 2, 3), ("?from=1", 1, 4), ("?to=1", 1, 1)])
  func withoutNumbersTheLastChangeIsShown(query: String, from: Int, to: Int) async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff\(query)")
    #expect(answer.json["from"] == .integer(Int64(from)) && answer.json["to"] == .integer(Int64(to)), "\(answer.text)")
  }

  @Test(arguments: [
    ("?from=0", 400, "from"), ("?to=x", 400, "to"), ("?to=-1", 400, "to"), ("?from=99999999999999999999", 400, "from"),
    ("?form=1", 400, "form"), ("?to=9", 404, nil), ("?from=9", 404, nil),
  ])
  func aBadRevisionToCompareIsRefused(query: String, status: Int, field: String?) async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff\(query)")
    #expect(answer.status == status && answer.field == field, "\(answer.text)")
  }

  @Test(arguments: ["revisions", "revisions/1", "revisions/diff"]) func anUnknownWebhookHasNoRevisions(path: String) async throws {
    let gateway = TestGateway()
    for id in ["x", "wh_00000000000000000000000000"] {
      let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/\(path)")
      #expect(answer.status == 404 && answer.code == "not_found", "\(answer.text)")
    }
  }

  @Test(arguments: ["0", "5", "x", "-1", "99999999999999999999"]) func anUnknownRevisionIsNotFound(number: String) async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/\(number)")
    #expect(answer.status == 404 && answer.message.contains("revision"), "\(answer.text)")
  }

  @Test func aRollbackIsANewRevisionWithTheSecretOfNow() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"secret":"new secret","active":false}"#)
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.json["revision"] == 6 && answer.json["script"] == "one\ntwo\n" && answer.json["name"] == "example.com")
    #expect(answer.json["active"] == true && answer.json["secret"] == nil)
    #expect(gateway.backend.webhooks().first?.secret == Secret("new secret"))
    let diff = try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/diff?from=1&to=6")
    #expect(diff.json["changes"] == [])
  }

  @Test func aRollbackToWhatIsInUseChangesNothing() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":4}"#)
    #expect(answer.status == 200 && answer.json["revision"] == 4)
  }

  @Test func aRollbackThatCameSecondIsRepeatedOnce() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    gateway.backend.with { $0.staleReplacements = 1 }
    #expect(try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#).status == 200)
    gateway.backend.with { $0.staleReplacements = 2 }
    #expect(try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":2}"#).status == 409)
  }

  @Test(arguments: [
    ("", "invalid_json", nil), ("[]", "invalid_body", nil), ("{}", "missing_field", "revision"),
    (#"{"revision":"1"}"#, "invalid_field", "revision"), (#"{"revision":0}"#, "invalid_field", "revision"),
    (#"{"revision":1.5}"#, "invalid_field", "revision"), (#"{"revision":null}"#, "invalid_field", "revision"),
    (#"{"revision":9}"#, "invalid_field", "revision"), (#"{"revision":9223372036854775807}"#, "invalid_field", "revision"),
    (#"{"revision":1,"to":2}"#, "unknown_field", "to"),
  ])
  func aBadRollbackIsRefused(body: String, code: String, field: String?) async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", body)
    #expect(answer.status == 400 && answer.code == code && answer.field == field, "\(answer.text)")
    #expect(gateway.backend.webhooks().first?.revision == 4)
  }

  @Test func aRollbackIsCheckedLikeAnyChange() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    let now = StoppedClock().time
    var old = try #require(gateway.backend.webhooks().first)
    let refused: [(PipelineStage?, url: String, field: String)] = [
      (nil, "http://127.0.0.1/", "url"), (.script("syntax error"), "https://example.com/", "pipeline[0].script"),
      (.plugin(PluginStage(name: "gone")), "https://example.com/", "pipeline[0].plugin"),
      (.plugin(PluginStage(name: "chat", options: ["token": 7])), "https://example.com/", "pipeline[0].options.token"),
    ]
    for (stage, url, field) in refused {
      old.pipeline = stage.map { [$0] } ?? []
      old.url = try DestinationURL(parsing: url)
      let revision = WebhookRevision(webhook: old, createdAt: now, madeBy: "admin")
      gateway.backend.with { $0.revisions = [revision] }
      let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#)
      #expect(answer.status == 400 && answer.field == field && answer.message.contains("revision 1"), "\(answer.text)")
    }
    #expect(gateway.backend.webhooks().first?.revision == 1)
  }

  @Test func aDeletedWebhookHasAHistoryButNoWayBack() async throws {
    let gateway = TestGateway()
    let id = try await makeHistory(gateway)
    _ = try await gateway.send(.delete, "/v1/webhooks/\(id)")
    #expect(try await gateway.send(.get, "/v1/webhooks/\(id)/revisions").json["data"]?.elements?.count == 4)
    #expect(try await gateway.send(.get, "/v1/webhooks/\(id)/revisions/1").status == 200)
    #expect(try await gateway.send(.post, "/v1/webhooks/\(id)/rollback", #"{"revision":1}"#).status == 404)
  }
}
