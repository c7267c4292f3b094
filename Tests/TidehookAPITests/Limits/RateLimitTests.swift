import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Each key has a limit, and every answer tells where it stands.
@Suite struct RateLimitTests {
  private func names() throws -> [HTTPField.Name] {
    try ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"].map { try #require(HTTPField.Name($0)) }
  }

  private func readings(_ answer: Answer) throws -> [String?] { try names().map { answer.headers[$0] } }

  @Test(arguments: [
    "/v1/webhooks", "/v1/ping/", "/api/v1/webhooks/projects/p/", "/v1/nothing", "/api/v1/nothing", "/v1/events/batch", "/v1/events/x",
  ])
  func everyAnswerOfTheAPITellsWhereTheKeyStands(path: String) async throws {
    let gateway = TestGateway(rateLimit: RateLimit(count: 60, perSeconds: 60))
    let now = gateway.clock.time.seconds
    #expect(try readings(try await gateway.send(.get, path)) == ["60", "59", "\(now + 1)"])
    #expect(try readings(try await gateway.send(.get, path)) == ["60", "58", "\(now + 2)"])
    #expect(try readings(try await gateway.send(.get, path, key: nil)) == ["60", "59", "\(now + 1)"])
  }

  @Test(arguments: ["/healthz", "/readyz", "/openapi.json", "/nothing"]) func whatNeedsNoKeyIsNotCounted(path: String) async throws {
    #expect(try readings(try await TestGateway().send(.get, path)) == [nil, nil, nil])
  }

  @Test func whoComesTooOftenIsToldWhenToTryAgain() async throws {
    let gateway = TestGateway(rateLimit: RateLimit(count: 2, perSeconds: 60))
    for _ in 0..<2 { #expect(try await gateway.send(.get, "/v1/webhooks").status == 200) }
    let refused = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#)
    #expect(refused.status == 429 && refused.code == "rate_limited")
    #expect(refused.headers[.retryAfter] == "30")
    #expect(try readings(refused) == ["2", "0", "\(gateway.clock.time.seconds + 60)"])
    #expect(gateway.backend.with { $0.published.isEmpty })
    let dialect = try await gateway.send(.get, "/v1/ping/")
    #expect(dialect.status == 429 && dialect.keys == ["error", "detail"] && dialect.headers[.retryAfter] == "30")
  }

  @Test func keysDoNotSpendEachOthersRequests() async throws {
    let gateway = TestGateway(rateLimit: RateLimit(count: 2, perSeconds: 60))
    let key = try await gateway.makeKey()
    for _ in 0..<3 { _ = try await gateway.send(.get, "/v1/webhooks", key: "Bearer wrong") }
    #expect(try await gateway.send(.get, "/v1/webhooks", key: "Bearer wrong").status == 429)
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 200)
    #expect(try await gateway.send(.get, "/v1/webhooks").status == 200)
    #expect(try await gateway.send(.get, "/v1/webhooks").status == 429)
    #expect(try await gateway.send(.get, "/v1/webhooks", key: key).status == 200)
  }

  @Test func signingInCountsAsARequestOfTheKey() async throws {
    let gateway = TestGateway(rateLimit: RateLimit(count: 2, perSeconds: 60))
    #expect(try await gateway.send(.post, "/v1/console/links").status == 201)
    let body = #"{"key":"\#(TestGateway.key)"}"#
    #expect(try await gateway.send(.post, "/console/session", body, key: nil).status == 201)
    let refused = try await gateway.send(.post, "/console/session", body, key: nil)
    #expect(refused.status == 429 && refused.code == "rate_limited" && refused.headers[.retryAfter] == "30")
    #expect(gateway.backend.with { $0.tokens.count } == 2)
  }

  @Test func timeGivesRequestsBack() async throws {
    let gateway = TestGateway(clock: StoppedClock(step: .seconds(31)), rateLimit: RateLimit(count: 2, perSeconds: 60))
    for _ in 0..<6 { #expect(try await gateway.send(.get, "/v1/webhooks").status == 200) }
  }
}
