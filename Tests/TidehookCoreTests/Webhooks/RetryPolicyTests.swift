import Testing
import TidehookCore

@Suite struct RetryPolicyTests {
  let policy = RetryPolicy()

  @Test func theDefaultIsFourTriesInAllWithGrowingWaits() {
    let waits = (1...4).map { policy.delay(afterAttempt: $0, unit: 0.5) }
    #expect(waits == [.seconds(5), .seconds(30), .seconds(180), nil])
  }

  @Test(arguments: [0, 0.25, 0.999_999])
  func jitterMovesAWaitByAtMostItsFraction(_ unit: Double) throws {
    let wait = try #require(policy.delay(afterAttempt: 2, unit: unit))
    #expect(wait >= .seconds(24) && wait <= .seconds(36))
  }

  @Test func retryAfterLengthensButNeverShortensTheWait() {
    #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(60), unit: 0.5) == .seconds(60))
    #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(1), unit: 0.5) == .seconds(5))
  }

  @Test func retryAfterIsCapped() {
    #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(1_000_000), unit: 0.5) == .seconds(3600))
  }

  @Test func theScheduleStopsGrowingAtItsCeiling() {
    let policy = RetryPolicy(maxRetries: 100, initialDelaySeconds: 1, multiplier: 100, maxDelaySeconds: 60, jitter: 0)
    #expect(policy.delay(afterAttempt: 100, unit: 0.9) == .seconds(60))
  }

  @Test func noRetriesMeansNone() {
    #expect(RetryPolicy(maxRetries: 0).delay(afterAttempt: 1, unit: 0.5) == nil)
  }
}
