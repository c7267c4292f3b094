// When a failed delivery is tried again, and when it is given up.

/// How the failed deliveries of a webhook are tried again.
///
/// The default is what REM Labs promises, one try and up to three more with exponential backoff: after about 5, 30 and 180 seconds.
public struct RetryPolicy: Sendable, Hashable {
  /// How many tries there are, and how long the waits between them.
  public var backoff: RetryBackoff
  /// Which answers are tried again; `nil` means all that are not 2xx.
  public var retryOn: RetryStatuses?
  /// How long after its round began a delivery is given up, in seconds, 0.001...31 536 000 (a year); `nil` means never.
  public var giveUpAfterSeconds: Double?
  /// The most that a receiver's `Retry-After` counts, in seconds, 0...604 800; `nil` means ``RetryBackoff/longestRetryAfterSeconds``.
  public var maxRetryAfterSeconds: Double?

  /// Makes a policy.
  public init(
    _ backoff: RetryBackoff, retryOn: RetryStatuses? = nil, giveUpAfterSeconds: Double? = nil, maxRetryAfterSeconds: Double? = nil
  ) {
    self.backoff = backoff
    self.retryOn = retryOn
    self.giveUpAfterSeconds = giveUpAfterSeconds
    self.maxRetryAfterSeconds = maxRetryAfterSeconds
  }

  /// Makes a policy with exponential backoff; the arguments' defaults are the product's.
  public init(
    maxRetries: Int = 3, initialDelaySeconds: Double = 5, multiplier: Double = 6, maxDelaySeconds: Double = 3600, jitter: Double = 0.2
  ) {
    self.init(
      .exponential(
        ExponentialBackoff(
          maxRetries: maxRetries, initialDelaySeconds: initialDelaySeconds, multiplier: multiplier, maxDelaySeconds: maxDelaySeconds,
          jitter: jitter)))
  }
}

/// What a policy says about a delivery that failed.
public enum RetryVerdict: Sendable, Equatable {
  /// It is tried again at that time.
  case again(at: Timestamp)
  /// No try is left.
  case exhausted
  /// The next try would come after the policy's deadline.
  case tooLate
}

extension RetryPolicy {
  /// Whether an answer of that status is a failure that is tried again; 2xx is none, and 410 ends the delivery.
  ///
  /// Source: Standard Webhooks 1.0.0, "Deliverability and reliability"; redirects are failures (CloudEvents HTTP webhooks 1.0, section 2.2).
  public func retries(_ status: Int) -> Bool {
    switch status {
    case 200...299, 410: false
    default: retryOn?.contains(status) ?? true
    }
  }

  /// Says whether and when a failed delivery is tried again.
  ///
  /// - Parameters:
  ///   - attempt: tries in this round so far, from 1.
  ///   - began: when the round began: published, replayed, or resumed; `nil` leaves the deadline out.
  ///   - now: when the try failed.
  ///   - retryAfter: what the receiver asked for.
  ///   - unit: a random number in 0..<1, which places the wait within the jitter.
  public func verdict(
    afterAttempt attempt: Int, began: Timestamp?, now: Timestamp, retryAfter: Duration? = nil, unit: Double
  ) -> RetryVerdict {
    guard let delay = delay(afterAttempt: attempt, retryAfter: retryAfter, unit: unit) else { return .exhausted }
    let due = now + delay
    if let began, let limit = giveUpAfterSeconds, due > began + .microseconds(Int64(limit * 1e6)) { return .tooLate }
    return .again(at: due)
  }

  /// How long to wait after the `attempt`th try failed.
  ///
  /// A receiver's `Retry-After` lengthens the wait but never shortens it, and counts at most ``maxRetryAfterSeconds``.
  /// - Returns: `nil` when there is no try left.
  public func delay(afterAttempt attempt: Int, retryAfter: Duration? = nil, unit: Double) -> Duration? {
    guard let scheduled = backoff.delaySeconds(afterAttempt: attempt, unit: unit) else { return nil }
    return max(.microseconds(Int64(scheduled * 1e6)), retryAfter.map(counted) ?? .zero)
  }

  /// What a receiver's `Retry-After` counts.
  public func counted(_ retryAfter: Duration) -> Duration {
    min(retryAfter, .microseconds(Int64((maxRetryAfterSeconds ?? backoff.longestRetryAfterSeconds) * 1e6)))
  }
}
