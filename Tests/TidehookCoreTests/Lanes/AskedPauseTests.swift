import Testing
import TidehookCore
import TidehookTesting

@Suite struct AskedPauseTests {
  private let now = TestClock().now()

  private func end(_ retryAfter: String, from url: String = "https://example.com/other", secondsAgo: Int = 60) throws -> Int64? {
    let ids = IDGenerator(time: TestClock(), random: FixedRandom())
    var webhook = Webhook(
      id: WebhookID(ids.next()), name: "test", url: try DestinationURL(parsing: "https://example.com/hook"), events: [.everything],
      namespace: nil, secret: Secret("s"), createdAt: now, updatedAt: now)
    webhook.retry.maxRetryAfterSeconds = 600
    let pause = AskedPause(webhook: webhook.id, url: url, answeredAt: now + .seconds(-secondsAgo), retryAfter: retryAfter)
    return webhook.end(of: pause, at: now).map { ($0.microseconds - now.microseconds) / 1_000_000 }
  }

  @Test func itCountsFromTheAnswerAndNoLongerThanTheWebhookAllows() throws {
    #expect(try end("300") == 240)
    #expect(try end("3600") == 540)
  }

  @Test func oneThatIsOverOrThatAnotherReceiverAskedForIsNone() throws {
    #expect(try end("60") == nil && end("soon") == nil)
    #expect(try end("300", from: "https://example.org/hook") == nil && end("300", from: "http://example.com/hook") == nil)
    #expect(try end("300", from: "") == nil)
  }
}
