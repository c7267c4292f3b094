import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// What holds for every call: keys, paths, methods, sizes, media types, failures of ours.
@Suite struct ProtocolTests {
  @Test(arguments: ["Bearer \(TestGateway.key)", "Token \(TestGateway.key)", "bearer \(TestGateway.key)"])
  func bothSchemesOfKeysAreTaken(header: String) async throws {
    #expect(try await TestGateway().send(.get, "/v1/webhooks", key: header).status == 200)
  }

  @Test(arguments: [
    nil, "", "Bearer", "Bearer ", "Bearer wrong", "Basic \(TestGateway.key)", TestGateway.key, "Bearer  \(TestGateway.key)",
  ])
  func withoutTheKeyNothingIsShown(header: String?) async throws {
    for path in ["/v1/webhooks", "/v1/events/x", "/v1/deliveries?nonsense=1"] {
      let answer = try await TestGateway().send(.get, path, key: header)
      #expect(answer.status == 401 && answer.code == "unauthorized")
      #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
      #expect(!answer.text.contains("wrong"))
    }
  }

  @Test(arguments: [("/healthz", #"{"status":"ok"}"#), ("/readyz", #"{"status":"ready","problems":[]}"#)])
  func healthNeedsNoKey(path: String, text: String) async throws {
    let answer = try await TestGateway().send(.get, path, key: nil)
    #expect(answer.status == 200 && answer.text == text)
  }

  @Test(arguments: ["/", "/v1", "/v1/", "/v1/webhooks/", "/v2/events", "/v1/events/a/b", "//v1/events", "/metrics/", "/in/src_1", "/%"])
  func anUnknownPathIsNotFound(path: String) async throws {
    let answer = try await TestGateway().send(.get, path)
    #expect(answer.status == 404 && answer.code == "not_found")
  }

  @Test(arguments: [
    "/v1/webhooks/wh_x", "/v1/webhooks/wh_00000000000000000000000000", "/v1/events/evt_x", "/v1/events/%00", "/v1/deliveries/dlv_x",
    "/v1/deliveries/dlv_00000000000000000000000000",
  ])
  func anUnknownIDIsNotFound(path: String) async throws {
    let answer = try await TestGateway().send(.get, path)
    #expect(answer.status == 404 && answer.code == "not_found" && answer.message.hasPrefix("there is no"))
  }

  @Test(arguments: [
    (HTTPRequest.Method.put, "/v1/webhooks", "GET, HEAD, POST"), (.delete, "/v1/events", "GET, HEAD, OPTIONS, POST"),
    (.get, "/v1/events/batch", "OPTIONS, POST"),
    (.post, "/v1/webhooks/wh_x", "DELETE, GET, HEAD, PATCH"), (.get, "/v1/deliveries/dlv_x/replay", "POST"),
    (.get, "/v1/dry-runs", "POST"), (.post, "/v1/plugins", "GET, HEAD"), (.get, "/v1/webhooks/wh_x/rollback", "POST"),
    (.post, "/v1/webhooks/wh_x/revisions/diff", "GET, HEAD"),
    (.post, "/healthz", "GET, HEAD"),
    (.options, "/v1/webhooks", "GET, HEAD, POST"),
  ])
  func aWrongMethodNamesTheRightOnes(method: HTTPRequest.Method, path: String, allow: String) async throws {
    // `/v1/events/batch` is also the path of an event with the id "batch": the call with that name wins.
    let answer = try await TestGateway().send(method, path)
    #expect(answer.status == 405 && answer.code == "method_not_allowed")
    #expect(answer.headers[.allow] == allow)
  }

  @Test func headIsGetWithoutABody() async throws {
    let answer = try await TestGateway().send(.head, "/healthz")
    #expect(answer.status == 200 && answer.text.isEmpty)
    #expect(answer.headers[.contentLength] == "15")
  }

  @Test(arguments: ["/v1/events", "/v1/webhooks"]) func aBodyOfTwoMebibytesIsTooLarge(path: String) async throws {
    let body = #"{"event":"a","data":{"x":""# + String(repeating: "x", count: 2 << 20) + #""}}"#
    let answer = try await TestGateway().send(.post, path, body)
    #expect(answer.status == 413 && answer.code == "too_large" && answer.message.contains("1048576"))
  }

  @Test func aBatchMayBeLargerButNotItsEvents() async throws {
    let long = #"{"event":"a","data":{"x":""# + String(repeating: "x", count: 2 << 20) + #""}}"#
    let answer = try await TestGateway().send(.post, "/v1/events/batch", #"[{"event":"a","data":{}},\#(long)]"#)
    #expect(answer.status == 202 && answer.json["accepted"] == 1)
    #expect(answer.json["rejected"]?[0]?["error"]?["code"] == "too_large")
    let tooLong = try await TestGateway(limits: APILimits(batchBytes: 1000)).send(.post, "/v1/events/batch", long)
    #expect(tooLong.status == 413)
  }

  @Test(arguments: ["", "[]", " [ ] ", "{}x", "7", "null"]) func aBatchOfNothingIsRefused(body: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/events/batch", body)
    #expect(answer.status == 400 || answer.json["accepted"] == 0, "\(answer.text)")
  }

  @Test(arguments: [
    (nil, 202), ("application/json", 202), ("application/json; charset=utf-8", 202), ("application/vnd.example+json", 202),
    ("text/plain", 202), ("application/cloudevents+xml", 415), ("application/cloudevents-batch+avro", 415),
    ("application/x-www-form-urlencoded", 202), ("multipart/form-data; boundary=x", 415), ("text/html", 415), ("application/xml", 415),
    ("image/png", 415),
  ])
  func onlyWhatClearlyIsNotJSONIsRefusedByName(contentType: String?, status: Int) async throws {
    let headers: HTTPFields = contentType.map { [.contentType: $0] } ?? [:]
    let answer = try await TestGateway().send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers)
    #expect(answer.status == status)
  }

  @Test func compressedBodiesAreRefused() async throws {
    let answer = try await TestGateway().send(.post, "/v1/events", "x", headers: [.contentEncoding: "gzip"])
    #expect(answer.status == 415 && answer.field == "Content-Encoding")
  }

  @Test(arguments: [StoreError.Code.full, .busy, .closed]) func aStoreThatCannotWriteNowAsksToTryAgain(code: StoreError.Code) async throws {
    let gateway = TestGateway()
    gateway.backend.with { $0.failure = StoreError(code, "disk of /srv/secret is full") }
    for (method, path) in [(HTTPRequest.Method.post, "/v1/events"), (.get, "/readyz")] {
      let answer = try await gateway.send(method, path, #"{"event":"a","data":{}}"#)
      #expect(answer.status == 503 && answer.code == "unavailable")
      #expect(answer.headers[.retryAfter] == "1")
      #expect(!answer.text.contains("disk"))
    }
  }

  @Test func aFailureOfOursSaysNothing() async throws {
    let gateway = TestGateway()
    gateway.backend.with { $0.failure = StoreError(.failed, "no such table: events") }
    let answer = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#)
    #expect(answer.status == 500)
    #expect(answer.text == #"{"error":{"code":"internal_error","message":"internal error"},"detail":"internal error"}"#)
  }
}
