import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct WebhookRoutesTests {
  /// The seed's request but for host and key.
  static let seed = #"""
    {
      "url": "https://your-app.com/webhooks/rem",
      "events": ["memory.created", "memory.updated"],
      "namespace": "my-project",
      "secret": "your-webhook-secret"
    }
    """#

  @Test func aNewWebhookIsShownWholeButForAGivenSecret() async throws {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/webhooks", Self.seed, headers: [.contentType: "application/json"])
    #expect(answer.status == 201)
    #expect(
      answer.keys == [
        "id", "name", "url", "events", "namespace", "active", "pipeline", "signing", "headers", "retry", "timeout_secs", "max_in_flight",
        "sample", "rate_limit", "ordering", "breaker", "batch", "handshake", "auto_disable", "auth", "tls", "proxy", "handshake_state",
        "allowed_rate", "retry_schedule_secs", "disabled",
        "verified_at", "failing", "held_count", "held_count_capped", "public_key", "previous_public_key",
        "previous_public_key_expires_at", "previous_secret_expires_at", "breaker_state", "breaker_since", "backoff_until",
        "rate_limited_until", "revision",
        "created_at", "updated_at", "standard_secret",
      ])
    #expect(answer.json["name"] == "your-app.com")
    #expect(answer.json["url"] == "https://your-app.com/webhooks/rem")
    #expect(answer.json["signing"] == ["rem", "standard"])
    #expect(answer.json["standard_secret"] == "whsec_<your-webhook-secret>")
    #expect(answer.text.contains(#""retry":{"max_retries":3,"initial_delay_secs":5,"multiplier":6,"max_delay_secs":3600,"jitter":0.2}"#))
    #expect(gateway.backend.webhooks().first?.secret == Secret("your-webhook-secret"))
  }

  @Test func aSecretThatTidehookMadeIsShownOnce() async throws {
    let gateway = TestGateway()
    let created = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://example.com","events":["*"]}"#)
    #expect(created.json["secret"] == "whsec_bWFkZQ==")
    #expect(created.json["standard_secret"] == nil)
    let id = try #require(created.json["id"]?.stringValue)
    let shown = try await gateway.send(.get, "/v1/webhooks/\(id)")
    #expect(shown.status == 200)
    #expect(shown.json["secret"] == nil)
    #expect(shown.keys.count == 41)
  }

  @Test func everyFieldIsTaken() async throws {
    let gateway = TestGateway()
    let body = #"""
      {"url":"https://example.com","events":["memory_add","memory.created","task.*"],"namespace":null,"name":"Slack","active":false,
       "script":"function filter() return true end","signing":[],"headers":{"X-Team":" core "},
       "retry":{"max_retries":7,"initial_delay_secs":0.25},"timeout_secs":2.5,"max_in_flight":3,"sample":0.01,"rate_limit":{"count":600,"per_secs":60}}
      """#
    let answer = try await gateway.send(.post, "/v1/webhooks", body)
    #expect(answer.status == 201)
    #expect(answer.json["events"] == ["memory.created", "task.*"])
    #expect(answer.json["namespace"] == .null)
    #expect(answer.json["active"] == false)
    #expect(answer.json["script"] == "function filter() return true end")
    #expect(answer.json["pipeline"]?[0]?["script"] == "function filter() return true end")
    #expect(answer.json["headers"] == ["X-Team": "core"])
    #expect(answer.text.contains(#""retry":{"max_retries":7,"initial_delay_secs":0.25,"multiplier":6"#))
    #expect(
      answer.text.contains(#""timeout_secs":2.5,"max_in_flight":3,"sample":0.01,"rate_limit":{"count":600,"per_secs":60,"burst":600}"#))
  }

  @Test func listsArePaged() async throws {
    let gateway = TestGateway()
    for _ in 0..<3 { _ = try await gateway.makeWebhook() }
    let first = try await gateway.send(.get, "/v1/webhooks?limit=2")
    #expect(first.keys == ["data", "next_cursor"])
    #expect(first.json["data"]?.elements?.count == 2)
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    let second = try await gateway.send(.get, "/v1/webhooks?limit=2&cursor=\(cursor)")
    #expect(second.json["data"]?.elements?.count == 1)
    #expect(second.json["next_cursor"] == .null)
  }

  @Test func aChangeTouchesOnlyWhatItNames() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","retry":{"max_retries":7},"script":"return {}""#)
    let changed = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"retry":{"jitter":0},"script":null,"active":false}"#)
    #expect(changed.status == 200)
    #expect(changed.json["revision"] == 2)
    #expect(changed.text.contains(#""max_retries":7"#) && changed.text.contains(#""jitter":0}"#))
    #expect(changed.json["pipeline"] == [])
    #expect(changed.json["url"] == "https://example.com/hook")
    #expect(changed.json["secret"] == nil && changed.json["standard_secret"] == nil)
  }

  @Test func aChangeThatChangesNothingKeepsTheRevision() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    let same = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"events":["memory.created"],"namespace":null}"#)
    #expect(same.status == 200)
    #expect(same.json["revision"] == 1)
  }

  @Test func aChangeThatCameSecondIsRepeatedOnce() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    gateway.backend.with { $0.staleReplacements = 1 }
    #expect(try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"a"}"#).status == 200)
    gateway.backend.with { $0.staleReplacements = 2 }
    let refused = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"b"}"#)
    #expect(refused.status == 409 && refused.code == "conflict")
  }

  @Test func aChangeMayDemandTheRevisionThatWasRead() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    func change(_ name: String, if tag: String) async throws -> Answer {
      try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"\#(name)"}"#, headers: [.ifMatch: tag])
    }
    #expect(try await gateway.send(.get, "/v1/webhooks/\(id)").headers[.eTag] == "\"1\"")
    let changed = try await change("a", if: "\"1\"")
    #expect(changed.status == 200 && changed.headers[.eTag] == "\"2\"")
    let outdated = try await change("b", if: "\"1\"")
    #expect(outdated.status == 412 && outdated.code == "precondition_failed" && outdated.field == "If-Match")
    #expect(outdated.headers[.eTag] == "\"2\"" && outdated.message.contains("revision 2, expected 1"))
    for tag in ["\"x\"", "\"+2\"", "\"002\"", "\"-0\"", "\"\""] { #expect(try await change("c", if: tag).status == 412, "\(tag)") }
    for tag in ["*", "W/\"2\"", "\"7\", \"2\"", "\"7\",\t\"2\" "] { #expect(try await change("a", if: tag).status == 200, "\(tag)") }
    for tag in ["2", "\"2", "\"", "", "\"2\","] {
      let bad = try await change("d", if: tag)
      #expect(bad.status == 400 && bad.code == "invalid_header" && bad.field == "If-Match", "\(tag): \(bad.status)")
    }
    #expect(gateway.backend.webhooks().first?.name == "a")
  }

  @Test func aChangeThatComesSecondIsNotRepeatedOnARevisionThatItDidNotDemand() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    gateway.backend.with { $0.staleReplacements = 1 }
    let refused = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"a"}"#, headers: [.ifMatch: "\"1\""])
    #expect(refused.status == 412 && refused.headers[.eTag] == "\"2\"", "\(refused.text)")
    #expect(gateway.backend.webhooks().first?.name != "a")
    gateway.backend.with { $0.staleReplacements = 1 }
    let either = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"name":"a"}"#, headers: [.ifMatch: "\"2\",\t\"3\""])
    #expect(either.status == 200 && either.headers[.eTag] == "\"4\"", "\(either.text)")
  }

  @Test func everyAnswerWithAWebhookHasItsRevisionAndNoOtherChangeTakesACondition() async throws {
    let gateway = TestGateway()
    let path = "/v1/webhooks/\(try await gateway.makeWebhook())"
    let changes: [(HTTPRequest.Method, String, String?)] = [
      (.post, path + "/secret/rotate", nil), (.post, path + "/rollback", #"{"revision":1}"#), (.delete, path, nil),
    ]
    for (method, path, body) in changes {
      let refused = try await gateway.send(method, path, body, headers: [.ifMatch: "*"])
      #expect(refused.status == 400 && refused.code == "invalid_header" && refused.field == "If-Match", "\(path): \(refused.text)")
    }
    #expect(gateway.backend.webhooks().first?.revision == 1)
    let rotated = try await gateway.send(.post, path + "/secret/rotate", #"{"secret":"other"}"#)
    #expect(rotated.status == 200 && rotated.headers[.eTag] == "\"2\"", "\(rotated.text)")
    _ = try await gateway.send(.patch, path, #"{"name":"a"}"#)
    let back = try await gateway.send(.post, path + "/rollback", #"{"revision":1}"#)
    #expect(back.status == 200 && back.headers[.eTag] == "\"4\"", "\(back.text)")
  }

  @Test func aSecretIsReplacedByANewOne() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","secret":"old""#)
    let reset = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"secret":null}"#)
    #expect(reset.json["secret"] == "whsec_bWFkZQ==")
    let given = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"secret":"new"}"#)
    #expect(given.json["secret"] == nil)
    #expect(given.json["standard_secret"] == "whsec_<new>")
    #expect(given.json["revision"] == 3)
  }

  @Test func aDeletedWebhookIsGone() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook()
    let deleted = try await gateway.send(.delete, "/v1/webhooks/\(id)")
    #expect(deleted.status == 204 && deleted.text.isEmpty)
    #expect(try await gateway.send(.get, "/v1/webhooks/\(id)").status == 404)
    #expect(try await gateway.send(.delete, "/v1/webhooks/\(id)").status == 404)
  }

  @Test func anAllowedDestinationIsTaken() async throws {
    let gateway = TestGateway(allowed: [try AddressRange(parsing: "127.0.0.0/8")])
    for host in ["127.0.0.1:8080", "localhost:3000"] {
      let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"http://\#(host)/","events":["*"]}"#)
      #expect(answer.status == 201, "\(host)")
    }
  }
}
