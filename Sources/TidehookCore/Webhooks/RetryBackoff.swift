// How many tries a delivery gets, and how long the waits between them are.

import Glibc

/// The waits between the tries of a delivery, in one of three shapes.
public enum RetryBackoff: Sendable, Hashable {
  /// Each wait is a multiple of the one before.
  case exponential(ExponentialBackoff)
  /// Each wait is given.
  case schedule(ScheduledBackoff)
  /// The waits that a name stands for.
  case preset(RetryPreset)
}

/// Waits that grow by a factor.
public struct ExponentialBackoff: Sendable, Hashable {
  /// Tries after the first one, 0...100.
  public var maxRetries: Int
  /// The wait before the first retry, in seconds, 0.001...86 400.
  public var initialDelaySeconds: Double
  /// By how much each wait is longer than the one before, 1...100.
  public var multiplier: Double
  /// The longest wait, in seconds, 0.001...604 800.
  public var maxDelaySeconds: Double
  /// How far a wait may be moved either way, as a fraction of it, 0...1.
  public var jitter: Double

  /// Makes a backoff; the arguments' defaults are the product's.
  public init(
    maxRetries: Int = 3, initialDelaySeconds: Double = 5, multiplier: Double = 6, maxDelaySeconds: Double = 3600,
    jitter: Double = RetryBackoff.defaultJitter
  ) {
    self.maxRetries = maxRetries
    self.initialDelaySeconds = initialDelaySeconds
    self.multiplier = multiplier
    self.maxDelaySeconds = maxDelaySeconds
    self.jitter = jitter
  }

  fileprivate func delaySeconds(afterAttempt attempt: Int) -> Double {
    min(initialDelaySeconds * pow(multiplier, Double(attempt - 1)), maxDelaySeconds)
  }
}

/// Waits that are given one by one.
public struct ScheduledBackoff: Sendable, Hashable {
  /// The wait before each retry, counted from the failure before it, in seconds, 0.001...604 800; at most 100 of them.
  public var delaysSeconds: [Double]
  /// How far a wait may be moved either way, as a fraction of it, 0...1.
  public var jitter: Double

  /// Makes a backoff.
  public init(_ delaysSeconds: [Double], jitter: Double = RetryBackoff.defaultJitter) {
    self.delaysSeconds = delaysSeconds
    self.jitter = jitter
  }
}

extension RetryBackoff {
  /// How far a wait may be moved unless a policy says otherwise: what Standard Webhooks advises without a number, and Svix does with this one.
  public static let defaultJitter = 0.2
  /// How many waits a schedule may have.
  public static let mostRetries = 100
  /// What `Retry-After` counts at most where the longest wait of a schedule is shorter, in seconds.
  private static let leastRetryAfterCap = 3600.0

  /// How far a wait may be moved either way, as a fraction of it.
  public var jitter: Double {
    switch self {
    case .exponential(let backoff): backoff.jitter
    case .schedule(let backoff): backoff.jitter
    case .preset: Self.defaultJitter
    }
  }

  /// Every wait, in seconds, without jitter: as many as there are retries.
  public var delaysSeconds: [Double] {
    switch self {
    case .exponential(let backoff): (0..<max(0, backoff.maxRetries)).map { backoff.delaySeconds(afterAttempt: $0 + 1) }
    case .schedule(let backoff): backoff.delaysSeconds
    case .preset(let preset): preset.delaysSeconds
    }
  }

  /// The most that `Retry-After` counts unless the policy says otherwise, in seconds: the longest wait, but for a schedule at least an hour.
  public var longestRetryAfterSeconds: Double {
    switch self {
    case .exponential(let backoff): backoff.maxDelaySeconds
    case .schedule, .preset: max(delaysSeconds.max() ?? 0, Self.leastRetryAfterCap)
    }
  }

  /// The wait after the `attempt`th try, in seconds; `nil` when no try is left.
  /// - Parameter unit: a random number in 0..<1, which places the wait within the jitter.
  public func delaySeconds(afterAttempt attempt: Int, unit: Double) -> Double? {
    guard let wait = delaySeconds(afterAttempt: attempt) else { return nil }
    let moved = wait * (1 + jitter * (2 * unit - 1))
    guard case .exponential(let backoff) = self else { return moved }
    return min(moved, backoff.maxDelaySeconds)
  }

  private func delaySeconds(afterAttempt attempt: Int) -> Double? {
    if case .exponential(let backoff) = self {
      return attempt <= backoff.maxRetries ? backoff.delaySeconds(afterAttempt: attempt) : nil
    }
    let delays = delaysSeconds
    return delays.indices.contains(attempt - 1) ? delays[attempt - 1] : nil
  }
}
