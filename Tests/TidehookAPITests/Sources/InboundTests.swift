import HTTPTypes
import Testing
import TidehookCore

@Suite struct InboundTests {
  private let gateway = TestGateway()

  private func makeSource(_ fields: String = #""verify":{"scheme":"none"}"#) async throws -> String {
    let answer = try await gateway.send(.post, "/v1/sources", #"{"name":"crm",\#(fields)}"#)
    return try #require(answer.json["id"]?.stringValue, "\(answer.text)")
  }

  private func published() -> [PublishRequest] { gateway.sources.with { $0.published } }

  private func newest(_ id: String) async throws -> JSONValue {
    let list = try await gateway.send(.get, "/v1/sources/\(id)/requests?limit=1")
    let request = try #require(list.json["data"]?[0]?["id"]?.stringValue, "\(list.text)")
    return try await gateway.send(.get, "/v1/sources/\(id)/requests/\(request)").json
  }

  @Test(arguments: [
    (#"{"b":1,"a":[ ]}"#, #"{"b":1,"a":[]}"#), ("[1, 2]", #"{"body":[1,2]}"#), ("9007199254740993", #"{"body":9007199254740993}"#),
    ("hello", #"{"body":"hello"}"#), (#"{"broken":"#, #"{"body":"{\"broken\":"}"#), ("", #"{"body":""}"#),
  ])
  func withoutCodeTheBodyIsTheEvent(body: String, data: String) async throws {
    let id = try await makeSource()
    let answer = try await gateway.send(.post, "/in/\(id)", body, key: nil)
    #expect(answer.status == 200)
    #expect(answer.text == #"{"accepted":1}"#)
    let event = try #require(published().first)
    #expect(event.type.name == "source.crm")
    #expect(String(decoding: event.data, as: UTF8.self) == data)
    #expect(event.namespace == .default)
  }

  @Test func theTraceOfTheRequestIsThatOfItsEvents() async throws {
    let id = try await makeSource()
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    _ = try await gateway.send(.post, "/in/\(id)", "{}", headers: [try #require(.init("traceparent")): parent], key: nil)
    _ = try await gateway.send(.post, "/in/\(id)", "{}", headers: [try #require(.init("traceparent")): "no"], key: nil)
    #expect(published().map { $0.trace?.traceparent } == [parent, nil])
  }

  @Test func bytesThatAreNoTextBecomeBase64() async throws {
    let id = try await makeSource()
    _ = try await gateway.send(.post, "/in/\(id)", bytes: [0xff, 0], key: nil)
    #expect(published().map { String(decoding: $0.data, as: UTF8.self) } == [#"{"body_base64":"/wA="}"#])
    let shown = try await newest(id)
    #expect(shown["request"]?["body"] == .null)
    #expect(shown["request"]?["body_base64"] == "/wA=")
  }

  @Test func theNamespaceIsTheSourcesElseTheEvents() async throws {
    let own = try await makeSource(#""namespace":"mine","verify":{"scheme":"none"}"#)
    let free = try await makeSource()
    _ = try await gateway.send(.post, "/in/\(own)", #"{"namespace":"theirs"}"#, key: nil)
    _ = try await gateway.send(.post, "/in/\(free)", #"{"namespace":"theirs"}"#, key: nil)
    _ = try await gateway.send(.post, "/in/\(free)", #"{"namespace":7}"#, key: nil)
    #expect(published().map(\.namespace.name) == ["mine", "theirs", "default"])
  }

  @Test func theCodeSeesTheRequestAsItCame() async throws {
    let id = try await makeSource(#""script":"s","methods":["GET","PUT"],"verify":{"scheme":"none"}"#)
    gateway.sources.with {
      $0.code = { _ in .events(Array(#"[{"event":"a.b","data":{}},{"event":"c","data":{"n":1},"id":"i1"}]"#.utf8), answer: nil) }
    }
    let answer = try await gateway.send(.put, "/in/\(id)/a%20b//c?x=1&x=%zz", bytes: [0, 1], headers: [.named("X-MiXed"): "v"], key: nil)
    #expect(answer.text == #"{"accepted":2}"#)
    let seen = try #require(gateway.sources.with { $0.received.first })
    #expect(seen.request.method == "PUT")
    #expect(seen.request.path == "/a%20b//c")
    #expect(seen.request.query == "x=1&x=%zz")
    #expect(seen.request.body == [0, 1])
    #expect(seen.request.headers.contains(HeaderField("X-MiXed", "v")))
    #expect(seen.isVerified)
    #expect(published().map(\.type.name) == ["a.b", "c"])
    #expect(try await newest(id)["events"] == ["evt_made", "i1"])
    #expect(try await newest(id)["log"] == "ran")
  }

  @Test func theCodesAnswerIsGiven() async throws {
    let id = try await makeSource(#""script":"s","verify":{"scheme":"none"}"#)
    let answer = InboundAnswer(status: 201, headers: [HeaderField("X-A", "b")], body: Array("\"hi\"".utf8), contentType: "text/json")
    gateway.sources.with { $0.code = { _ in .events(Array("[]".utf8), answer: answer) } }
    let got = try await gateway.send(.post, "/in/\(id)", "x", key: nil)
    #expect(got.status == 201)
    #expect(got.text == "\"hi\"")
    #expect(got.headers[.contentType] == "text/json")
    #expect(got.headers[.named("X-A")] == "b")
    gateway.sources.with { $0.code = { _ in .answered(answer, reason: nil) } }
    _ = try await gateway.send(.post, "/in/\(id)", "x", key: nil)
    #expect(try await newest(id)["state"] == "answered")
    gateway.sources.with { $0.code = { _ in .answered(InboundAnswer(status: 422), reason: "no thanks") } }
    #expect(try await gateway.send(.post, "/in/\(id)", "x", key: nil).status == 422)
    let refused = try await newest(id)
    #expect(refused["state"] == "rejected")
    #expect(refused["reason"] == "no thanks")
  }

  @Test func aSessionOfTheConsoleReachesNeitherTheCodeNorWhatIsKept() async throws {
    let id = try await makeSource(#""script":"s","verify":{"scheme":"none"}"#)
    let headers: HTTPFields = [
      .named("cookie"): "a=1; tidehook_session=t0ken", .named("x-tidehook-csrf"): "t0ken", .named("X-Other"): "seen",
    ]
    #expect(try await gateway.send(.post, "/in/\(id)", "x", headers: headers, key: nil).status == 200)
    let requests = gateway.sources.with { state in state.received.map { $0.request } + state.receipts.map { $0.request } }
    #expect(requests.count == 2)
    for request in requests {
      #expect(request.headers.contains(HeaderField("X-Other", "seen")))
      #expect(!request.headers.contains { $0.value.contains("t0ken") })
    }
  }

  @Test(arguments: [
    "Set-Cookie", "Clear-Site-Data", "Service-Worker-Allowed", "Strict-Transport-Security", "alt-svc", "NEL", "Refresh", "X-Accel-Redirect",
  ])
  func theCodeSaysNothingOfTheWholeHost(name: String) async throws {
    let id = try await makeSource(#""script":"s","verify":{"scheme":"none"}"#)
    let answer = InboundAnswer(status: 200, headers: [HeaderField(name, "a=1"), HeaderField("X-Own", "b")])
    gateway.sources.with { $0.code = { _ in .answered(answer, reason: nil) } }
    let got = try await gateway.send(.post, "/in/\(id)", "x", key: nil)
    #expect(got.status == 200 && got.headers[.named(name)] == nil && got.headers[.named("X-Own")] == "b")
  }

  @Test(arguments: [
    (Reception.failed("script:3: boom"), "script:3: boom"), (.events(Array("{}".utf8), answer: nil), "expected an array"),
    (.events(Array(#"[{"event":"a","data":{}},{"data":{}}]"#.utf8), answer: nil), "event 2: event: is required"),
    (.events(Array(#"[{"event":"a","id":"types","data":{}}]"#.utf8), answer: nil), "event 1: id: expected another one"),
  ])
  func brokenCodeHasTheSenderTryAgainAndTellsItNothing(reception: Reception, reason: String) async throws {
    let id = try await makeSource(#""script":"s","dedupe":{"header":"X-Id"},"verify":{"scheme":"none"}"#)
    gateway.sources.with { $0.code = { _ in reception } }
    let answer = try await gateway.send(.post, "/in/\(id)", "x", headers: [.named("X-Id"): "1"], key: nil)
    #expect(answer.status == 503)
    #expect(!answer.text.contains("boom"))
    #expect(answer.headers[.retryAfter] == "60")
    let kept = try await newest(id)
    #expect(kept["state"] == "rejected")
    #expect(kept["reason"]?.stringValue?.contains(reason) == true)
    #expect(published().isEmpty)
    #expect(gateway.sources.with { $0.earlier.isEmpty })
  }

  @Test func whoIsNotBelievedIsKeptWithTheReasonAndRunsAgainOnceTheSecretIsRight() async throws {
    let id = try await makeSource(#""verify":{"scheme":"api-key","header":"X-Secret"},"secret":"old""#)
    let answer = try await gateway.send(.post, "/in/\(id)", #"{"n":1}"#, headers: [.named("X-Secret"): "new"], key: nil)
    #expect(answer.status == 401)
    #expect(answer.message == "expected X-Secret to match, it does not")
    let kept = try await newest(id)
    #expect(kept["state"] == "rejected")
    #expect(kept["reason"]?.stringValue == answer.message)
    #expect(kept["request"]?["headers"]?["X-Secret"] == "<secret>")
    #expect(published().isEmpty)
    let rerun = "/v1/sources/\(id)/requests/\(kept["id"]?.stringValue ?? "")/rerun"
    #expect(try await gateway.send(.post, rerun).json["state"] == "rejected")
    _ = try await gateway.send(.patch, "/v1/sources/\(id)", #"{"secrets":["new","old"]}"#)
    let again = try await gateway.send(.post, rerun)
    #expect(again.status == 202)
    #expect(again.json["state"] == "accepted")
    #expect(again.json["event_count"] == 1)
    #expect(again.json["rerun_at"] != .null)
    #expect(published().count == 1)
    let third = try await gateway.send(.post, rerun)
    #expect(third.status == 409)
    #expect(published().count == 1)
    #expect(try await gateway.send(.post, "/v1/sources/\(id)/requests/req_x/rerun").status == 404)
  }

  @Test func aFailureOfOursHasTheSenderTryAgain() async throws {
    let id = try await makeSource(#""verify":{"scheme":"github"},"secret":"s""#)
    let answer = try await gateway.send(.post, "/in/\(id)", "{}", headers: [.named("X-Secret"): "s", .named("X-Broken"): "1"], key: nil)
    #expect(answer.status == 503)
    #expect(answer.headers[.retryAfter] == "60")
    #expect(!answer.text.contains("memory"))
    let kept = try await newest(id)
    #expect(kept["state"] == "rejected")
    #expect(kept["reason"] == "the library ran out of memory")
    #expect(published().isEmpty)
  }

  @Test func moreQueryParametersThanAThousandAreRefused() async throws {
    let id = try await makeSource()
    func status(_ count: Int) async throws -> Int {
      try await gateway.send(.post, "/in/\(id)?\(String(repeating: "a&", count: count))", "{}", key: nil).status
    }
    #expect(try await status(1000) == 200)
    #expect(try await status(1001) == 400)
    #expect(gateway.sources.with { $0.receipts.count } == 1)
  }

  @Test func aRepeatIsAnsweredLikeTheFirstAndPublishesNothing() async throws {
    let id = try await makeSource(#""dedupe":{"path":"id"},"verify":{"scheme":"none"}"#)
    let first = try await gateway.send(.post, "/in/\(id)", #"{"id":7}"#, key: nil)
    let second = try await gateway.send(.post, "/in/\(id)", #"{"id":7,"again":true}"#, key: nil)
    #expect(second.status == first.status)
    #expect(second.text == first.text)
    #expect(published().count == 1)
    #expect(try await newest(id)["state"] == "duplicate")
    let long = String(repeating: "x", count: 513)
    #expect(try await gateway.send(.post, "/in/\(id)", #"{"id":"\#(long)"}"#, key: nil).status == 400)
    #expect(try await gateway.send(.post, "/in/\(id)", #"{"none":7}"#, key: nil).text == #"{"accepted":1}"#)
  }

  @Test func methodsTypesAndSizesAreRuled() async throws {
    let id = try await makeSource(#""content_types":["application/json"],"max_body_bytes":5,"verify":{"scheme":"none"}"#)
    let method = try await gateway.send(.put, "/in/\(id)", "{}", key: nil)
    #expect(method.status == 405)
    #expect(method.headers[.allow] == "POST")
    #expect(try await gateway.send(.head, "/in/\(id)", key: nil).status == 405)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 415)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", headers: [.contentType: "text/plain"], key: nil).status == 415)
    let json: HTTPFields = [.contentType: "Application/JSON; charset=utf-8"]
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", headers: json, key: nil).status == 200)
    #expect(try await gateway.send(.post, "/in/\(id)", "123456", headers: json, key: nil).status == 413)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", headers: json.with(.contentEncoding, "gzip"), key: nil).status == 415)
    #expect(published().count == 1)
    // Without a body, too long, and compressed: of these there is nothing to keep.
    #expect(gateway.sources.with { $0.receipts.count } == 4)
  }

  @Test func whatTheRulesDidNotLetInRunsAgainOnceTheyDo() async throws {
    let id = try await makeSource(#""content_types":["application/json"],"verify":{"scheme":"none"}"#)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", headers: [.contentType: "text/plain"], key: nil).status == 415)
    let kept = try await newest(id)
    #expect(kept["state"] == "rejected")
    #expect(kept["reason"] == #"expected Content-Type application/json, got "text/plain""#)
    let rerun = "/v1/sources/\(id)/requests/\(kept["id"]?.stringValue ?? "")/rerun"
    #expect(try await gateway.send(.post, rerun).json["state"] == "rejected")
    _ = try await gateway.send(.patch, "/v1/sources/\(id)", #"{"content_types":["text/plain"]}"#)
    #expect(try await gateway.send(.post, rerun).json["state"] == "accepted")
    #expect(published().count == 1)
  }

  @Test func aSourceTakesNoMoreThanItsRate() async throws {
    let id = try await makeSource(#""rate_limit":{"count":2,"per_secs":60},"verify":{"scheme":"none"}"#)
    for _ in 0..<2 { #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 200) }
    let answer = try await gateway.send(.post, "/in/\(id)", "{}", key: nil)
    #expect(answer.status == 429)
    #expect(answer.code == "rate_limited")
    #expect(answer.headers[.retryAfter] == "30")
    _ = try await gateway.send(.patch, "/v1/sources/\(id)", #"{"name":"other"}"#)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 429)
  }

  @Test func openMethodsNeedNoSecretAndAreNotVerified() async throws {
    gateway.sources.with { state in
      state.presets["from-x"] = SourcePreset(verify: VerificationRule(.github), openMethods: ["OPTIONS"])
      state.code = { _ in .answered(InboundAnswer(status: 200, headers: [HeaderField("WebHook-Allowed-Origin", "*")]), reason: nil) }
    }
    let id = try await makeSource(#""plugin":"from-x""#)
    let answer = try await gateway.send(.options, "/in/\(id)", key: nil)
    #expect(answer.status == 200)
    #expect(answer.headers[.named("WebHook-Allowed-Origin")] == "*")
    #expect(gateway.sources.with { $0.received.map(\.isVerified) } == [false])
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 401)
  }

  @Test func anInactiveSourceIsNotFound() async throws {
    let id = try await makeSource(#""active":false,"verify":{"scheme":"none"}"#)
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 404)
  }

  @Test func aStoreThatFailsIsTriedAgain() async throws {
    let id = try await makeSource()
    gateway.sources.with { $0.failure = StoreError(.full, "no space") }
    #expect(try await gateway.send(.post, "/in/\(id)", "{}", key: nil).status == 503)
  }

  @Test func aSecretPathAndSecretQueriesAreMasked() async throws {
    let id = try await makeSource(#""verify":{"scheme":"path"},"secret":"s3cr3t""#)
    _ = try await gateway.send(.post, "/in/\(id)/s3cr3t?a=1&api_key=s3cr3t", "{}", headers: [.named("X-Secret"): "s3cr3t"], key: nil)
    let shown = try await newest(id)
    #expect(shown["state"] == "accepted")
    #expect(shown["path"] == "/<secret>")
    #expect(shown["query"] == "a=1&api_key=<secret>")
    #expect(shown["request"]?["url"]?.stringValue?.hasSuffix("/in/\(id)/<secret>?a=1&api_key=<secret>") == true)
    #expect(!String(decoding: shown.bytes, as: UTF8.self).contains("s3cr3t"))
  }

  @Test func requestsAreListedPageByPage() async throws {
    let id = try await makeSource()
    for number in 0..<3 { _ = try await gateway.send(.post, "/in/\(id)", "\(number)", key: nil) }
    let first = try await gateway.send(.get, "/v1/sources/\(id)/requests?limit=2&state=accepted")
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    #expect(first.json["data"]?.elements?.count == 2)
    #expect(try await gateway.send(.get, "/v1/sources/\(id)/requests?limit=2&cursor=\(cursor)").json["data"]?.elements?.count == 1)
    #expect(try await gateway.send(.get, "/v1/sources/\(id)/requests?state=lost").status == 400)
  }
}

extension HTTPField.Name {
  fileprivate static func named(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
    return name
  }
}

extension HTTPFields {
  fileprivate func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
    var fields = self
    fields[name] = value
    return fields
  }
}
