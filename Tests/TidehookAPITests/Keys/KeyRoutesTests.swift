import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Keys are made, shown once, listed, and refused as soon as they are removed.
@Suite struct KeyRoutesTests {
  @Test func aNewKeyIsShownOnceAndWorks() async throws {
    let gateway = TestGateway()
    let made = try await gateway.send(.post, "/v1/keys", #"{"name":"team a","namespaces":["a","b","a"]}"#)
    #expect(made.status == 201 && made.keys == ["id", "name", "namespaces", "created_at", "expires_at", "key"])
    #expect(made.json["namespaces"] == ["a", "b"] && made.json["expires_at"] == .null)
    let text = try #require(made.json["key"]?.stringValue)
    let id = try #require(made.json["id"]?.stringValue)
    for path in ["/v1/keys", "/v1/keys/\(id)"] {
      let shown = try await gateway.send(.get, path)
      #expect(shown.status == 200 && shown.text.contains(id) && !shown.text.contains(text))
    }
    for scheme in ["Bearer", "Token"] { #expect(try await gateway.send(.get, "/v1/webhooks", key: "\(scheme) \(text)").status == 200) }
    #expect(!gateway.backend.with { $0.keys.map { String(decoding: $0.digest, as: UTF8.self) } }.contains(text))
  }

  @Test func aRemovedKeyIsRefusedAtOnce() async throws {
    let gateway = TestGateway()
    let key = try await gateway.makeKey()
    let id = try #require(try await gateway.send(.get, "/v1/keys").json["data"]?[0]?["id"]?.stringValue)
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 200)
    #expect(try await gateway.send(.delete, "/v1/keys/\(id)").status == 204)
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 401)
    #expect(try await gateway.send(.delete, "/v1/keys/\(id)").status == 404)
    #expect(try await gateway.send(.get, "/v1/keys/\(id)").status == 404)
    #expect(gateway.backend.with { $0.keys.isEmpty })
  }

  @Test func aKeyThatHasExpiredIsRefused() async throws {
    let gateway = TestGateway(clock: StoppedClock(step: .seconds(1)))
    let soon = (gateway.clock.time + .seconds(40)).rfc3339
    let made = try await gateway.send(.post, "/v1/keys", #"{"name":"short","expires_at":"\#(soon)"}"#)
    let key = "Bearer \(made.json["key"]?.stringValue ?? "")"
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 200)
    for _ in 0..<50 { _ = try await gateway.send(.get, "/v1/webhooks") }
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 401)
    #expect(try await gateway.send(.get, "/v1/keys").json["data"]?[0]?["expires_at"]?.stringValue == soon)
  }

  @Test(arguments: [
    ("{}", "missing_field", "name"), (#"{"name":""}"#, "invalid_field", "name"), (#"{"name":"admin"}"#, "invalid_field", "name"),
    (#"{"name":"receiver"}"#, "invalid_field", "name"), (#"{"name":"n","namespaces":[]}"#, "invalid_field", "namespaces"),
    (#"{"name":"n","namespaces":"a"}"#, "invalid_field", "namespaces"),
    (#"{"name":"n","namespaces":[7]}"#, "invalid_field", "namespaces[0]"),
    (#"{"name":"n","expires_at":"2020-01-01T00:00:00Z"}"#, "invalid_field", "expires_at"),
    (#"{"name":"n","expires_at":"soon"}"#, "invalid_field", "expires_at"), (#"{"name":"n","key":"thk_own"}"#, "read_only_field", "key"),
    (#"{"name":"n","scope":"x"}"#, "unknown_field", "scope"),
  ])
  func whatIsWrongWithAKeyIsNamed(body: String, code: String, field: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/keys", body)
    #expect(answer.status == 400 && answer.code == code && answer.field == field, "\(answer.text)")
  }

  @Test func noTwoKeysHaveTheSameName() async throws {
    let gateway = TestGateway()
    _ = try await gateway.makeKey("one")
    let answer = try await gateway.send(.post, "/v1/keys", #"{"name":"one"}"#)
    #expect(answer.status == 409 && answer.code == "conflict" && answer.field == "name")
  }

  @Test func aKeyThatCouldNotBeStoredIsNone() async throws {
    let gateway = TestGateway()
    gateway.backend.with { $0.failure = StoreError(.full, "full") }
    #expect(try await gateway.send(.post, "/v1/keys", #"{"name":"one"}"#).status == 503)
    gateway.backend.with { $0.failure = nil }
    #expect(try await gateway.send(.get, "/v1/keys").json["data"]?.elements?.count == 0)
    #expect(try await gateway.send(.post, "/v1/keys", #"{"name":"one"}"#).status == 201)
  }

  @Test func keysPageOldestFirst() async throws {
    let gateway = TestGateway()
    for name in ["a", "b", "c"] { _ = try await gateway.makeKey(name) }
    let first = try await gateway.send(.get, "/v1/keys?limit=2")
    #expect(first.json["data"]?.elements?.compactMap { $0["name"]?.stringValue } == ["a", "b"])
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    let second = try await gateway.send(.get, "/v1/keys?limit=2&cursor=\(cursor)")
    #expect(second.json["data"]?.elements?.compactMap { $0["name"]?.stringValue } == ["c"])
  }
}
