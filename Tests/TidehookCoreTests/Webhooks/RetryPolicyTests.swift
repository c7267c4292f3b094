import Testing
import TidehookCore

@Suite struct RetryPolicyTests {
  let policy = RetryPolicy()
  let now = Timestamp(microseconds: 1_776_076_200_000_000)

  @Test func theDefaultIsFourTriesInAllWithGrowingWaits() {
    let waits = (1...4).map { policy.delay(afterAttempt: $0, unit: 0.5) }
    #expect(waits == [.seconds(5), .seconds(30), .seconds(180), nil])
  }

  @Test(arguments: [0, 0.25, 0.999_999])
  func jitterMovesAWaitByAtMostItsFraction(_ unit: Double) throws {
    let schedule = RetryPolicy(.schedule(ScheduledBackoff([1, 30])))
    for policy in [policy, schedule] {
      let wait = try #require(policy.delay(afterAttempt: 2, unit: unit))
      #expect(wait >= .seconds(24) && wait <= .seconds(36))
    }
  }

  @Test func theScheduleStopsGrowingAtItsCeiling() {
    let policy = RetryPolicy(maxRetries: 100, initialDelaySeconds: 1, multiplier: 100, maxDelaySeconds: 60, jitter: 0)
    #expect(policy.delay(afterAttempt: 100, unit: 0.9) == .seconds(60))
  }

  @Test func noRetriesMeansNone() {
    let none = [
      RetryPolicy(maxRetries: 0), RetryPolicy(.schedule(ScheduledBackoff([]))), RetryPolicy(.preset(.none)),
      RetryPolicy(.exponential(ExponentialBackoff(maxRetries: -1))),
    ]
    for policy in none {
      #expect(policy.delay(afterAttempt: 1, unit: 0.5) == nil)
      #expect(policy.backoff.delaysSeconds == [])
    }
  }

  @Test func aScheduleIsFollowedWaitByWait() {
    let policy = RetryPolicy(.schedule(ScheduledBackoff([60, 5, 0.5], jitter: 0)))
    let waits = (1...4).map { policy.delay(afterAttempt: $0, unit: 0.9) }
    #expect(waits == [.seconds(60), .seconds(5), .milliseconds(500), nil])
  }

  @Test(arguments: [
    (RetryPreset.rem, 4, 215), (.standardWebhooks, 10, 272_105), (.svix, 8, 99_305), (.none, 1, 0),
  ])
  func aPresetHasTheTriesThatItIsKnownFor(_ preset: RetryPreset, tries: Int, seconds: Double) {
    let policy = RetryPolicy(.preset(preset))
    let waits = (1...20).compactMap { policy.delay(afterAttempt: $0, unit: 0.5) }
    #expect(waits.count + 1 == tries)
    #expect(waits.reduce(.zero, +) == .seconds(seconds))
    #expect(policy.backoff.delaysSeconds.map { Duration.seconds($0) } == waits)
  }

  @Test func presetRemIsTheDefaultPolicy() {
    #expect(RetryPolicy(.preset(.rem)).backoff.delaysSeconds == RetryPolicy().backoff.delaysSeconds)
  }

  // MARK: Retry-After

  @Test func retryAfterLengthensButNeverShortensTheWait() {
    #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(60), unit: 0.5) == .seconds(60))
    #expect(policy.delay(afterAttempt: 1, retryAfter: .seconds(1), unit: 0.5) == .seconds(5))
  }

  @Test func retryAfterIsCapped() {
    let (long, none) = (Duration.seconds(1_000_000), RetryBackoff.preset(.svix))
    #expect(policy.delay(afterAttempt: 1, retryAfter: long, unit: 0.5) == .seconds(3600))
    #expect(RetryPolicy(.schedule(ScheduledBackoff([1]))).delay(afterAttempt: 1, retryAfter: long, unit: 0.5) == .seconds(3600))
    #expect(RetryPolicy(none).delay(afterAttempt: 1, retryAfter: long, unit: 0.5) == .seconds(36_000))
    #expect(RetryPolicy(none, maxRetryAfterSeconds: 90).delay(afterAttempt: 1, retryAfter: long, unit: 0.5) == .seconds(90))
    #expect(RetryPolicy(none, maxRetryAfterSeconds: 90).delay(afterAttempt: 2, retryAfter: long, unit: 0.5) == .seconds(300))
    #expect(RetryPolicy(none, maxRetryAfterSeconds: 0).delay(afterAttempt: 1, retryAfter: long, unit: 0.5) == .seconds(5))
  }

  // MARK: Deadline

  @Test func aTryThatWouldComeAfterTheDeadlineIsNotMade() {
    let policy = RetryPolicy(.schedule(ScheduledBackoff([10, 10], jitter: 0)), giveUpAfterSeconds: 15)
    func verdict(_ attempt: Int, after seconds: Int, retryAfter: Duration? = nil) -> RetryVerdict {
      policy.verdict(afterAttempt: attempt, began: now, now: now + .seconds(seconds), retryAfter: retryAfter, unit: 0)
    }
    #expect(verdict(1, after: 0) == .again(at: now + .seconds(10)))
    #expect(verdict(1, after: 5) == .again(at: now + .seconds(15)))
    #expect(verdict(1, after: 6) == .tooLate)
    #expect(verdict(1, after: 0, retryAfter: .seconds(16)) == .tooLate)
    #expect(verdict(3, after: 1000) == .exhausted)
    #expect(policy.verdict(afterAttempt: 1, began: nil, now: now, unit: 0) == .again(at: now + .seconds(10)))
  }

  // MARK: Stored form

  @Test(arguments: [
    RetryPolicy(), RetryPolicy(maxRetries: 7, initialDelaySeconds: 0.25, multiplier: 1.5, maxDelaySeconds: 2.5, jitter: 0),
    RetryPolicy(.schedule(ScheduledBackoff([0.5, 60, 604_800], jitter: 1)), retryOn: RetryStatuses([])),
    RetryPolicy(.preset(.standardWebhooks), giveUpAfterSeconds: 0.5, maxRetryAfterSeconds: 0),
    RetryPolicy(.preset(.none), retryOn: RetryStatuses(["5xx", "429", "!501"].compactMap { RetryStatuses.Entry($0) })),
  ])
  func theStoredFormReadsBack(_ policy: RetryPolicy) throws {
    #expect(RetryPolicy(stored: try JSONValue(parsing: policy.json.bytes)) == policy)
  }

  @Test func whatALaterReleaseStoredIsTheDefault() {
    #expect(RetryPolicy(stored: ["preset": "fibonacci"]) == RetryPolicy())
  }
}
