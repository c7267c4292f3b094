import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Samples that are sent through webhooks at once.
@Suite struct WebhookTestRoutesTests {
  private let gateway = TestGateway()

  private func test(_ id: String, _ body: String? = nil, key: String? = nil) async throws -> Answer {
    try await gateway.send(.post, "/v1/webhooks/\(id)/test", body, key: key ?? "Bearer \(TestGateway.key)")
  }

  @Test func theAnswerHasTheAttemptWithWhatWasSent() async throws {
    let answer = try await test(try await gateway.makeWebhook(), #"{"event":"order.paid","data":{"n":9007199254740993}}"#)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.keys == ["outcome", "reason", "event", "attempt"])
    #expect(answer.json["outcome"] == "delivered" && answer.json["reason"] == .null)
    #expect(answer.json["event"]?["event"] == "order.paid" && answer.json["event"]?["data"] == ["n": 9_007_199_254_740_993])
    #expect(answer.json["attempt"]?["trigger"] == "test" && answer.json["attempt"]?["response"]?["status"] == 204)
    let body = answer.json["attempt"]?["request"]?["body"]?.stringValue ?? ""
    #expect(body.contains(#""event":"order.paid""#) && body.contains(#""data":{"n":9007199254740993}"#))
    #expect(gateway.backend.with { $0.published }.isEmpty)
  }

  @Test func aFailureIsAnAnswerAndNoError() async throws {
    let answer = try await test(try await gateway.makeWebhook(#","name":"down","active":false"#))
    #expect(answer.status == 200 && answer.json["outcome"] == "failed" && answer.json["reason"] == "connection refused")
    #expect(answer.json["attempt"]?["failure"] == "connect")
  }

  @Test(arguments: [#"["order.paid","memory.*"]"#, #"["memory.*","order.paid"]"#, #"["*"]"#])
  func withoutATypeItIsOneThatTheWebhookNames(events: String) async throws {
    let made = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://example.com/","events":\#(events),"namespace":"mine"}"#)
    _ = try await test(try #require(made.json["id"]?.stringValue))
    let event = try #require(gateway.backend.with { $0.tests.first?.event })
    #expect(event.type.name == (events == #"["*"]"# ? "memory.created" : "order.paid"))
    #expect(event.namespace.name == "mine")
    if event.type.name == "memory.created" { #expect(String(decoding: event.payload, as: UTF8.self).contains("We decided to use Redis")) }
  }

  @Test(
    arguments: [
      (#"{"event":""}"#, "event"), (#"{"event":7}"#, "event"), (#"{"data":[]}"#, "data"), (#"{"type":"a"}"#, "type"), ("[]", nil),
    ] as [(String, String?)])
  func badBodiesAreRefused(body: String, field: String?) async throws {
    let answer = try await test(try await gateway.makeWebhook(), body)
    #expect(answer.status == 400 && answer.field == field, "\(answer.text)")
    #expect(gateway.backend.with { $0.tests.isEmpty })
  }

  @Test func keysTestNothingForeign() async throws {
    let id = try await gateway.makeWebhook(#","namespace":"theirs""#)
    let limited = try await gateway.makeKey()
    #expect(try await test(id, key: limited).status == 404)
    #expect(try await test("wh_none").status == 404)
    #expect(gateway.backend.with { $0.tests.isEmpty })
  }
}
