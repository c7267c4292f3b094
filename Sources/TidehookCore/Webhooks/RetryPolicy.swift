// When a failed delivery is tried again.

import Glibc

/// An exponential retry schedule with jitter.
///
/// The default is what REM Labs promises, one try and up to three more with exponential backoff: after about 5, 30 and 180 seconds.
public struct RetryPolicy: Sendable, Hashable {
  /// Tries after the first one, 0...100.
  public var maxRetries: Int
  /// The wait before the first retry, in seconds, 0.001...86 400.
  public var initialDelaySeconds: Double
  /// By how much each wait is longer than the one before, 1...100.
  public var multiplier: Double
  /// The longest wait, in seconds, 0.001...604 800; it also caps a receiver's `Retry-After`.
  public var maxDelaySeconds: Double
  /// How far a wait may be moved either way, as a fraction of it, 0...1.
  public var jitter: Double

  /// Makes a policy; the arguments' defaults are the product's.
  public init(
    maxRetries: Int = 3, initialDelaySeconds: Double = 5, multiplier: Double = 6, maxDelaySeconds: Double = 3600, jitter: Double = 0.2
  ) {
    self.maxRetries = maxRetries
    self.initialDelaySeconds = initialDelaySeconds
    self.multiplier = multiplier
    self.maxDelaySeconds = maxDelaySeconds
    self.jitter = jitter
  }

  /// How long to wait after the `attempt`th try failed.
  ///
  /// A receiver's `Retry-After` lengthens the wait but never shortens it, and counts at most ``maxDelaySeconds``.
  /// - Parameters:
  ///   - attempt: tries so far, from 1.
  ///   - retryAfter: what the receiver asked for.
  ///   - unit: a random number in 0..<1, which places the wait within the jitter.
  /// - Returns: `nil` when there is no try left.
  public func delay(afterAttempt attempt: Int, retryAfter: Duration? = nil, unit: Double) -> Duration? {
    guard attempt <= maxRetries else { return nil }
    let scheduled = min(initialDelaySeconds * pow(multiplier, Double(attempt - 1)), maxDelaySeconds)
    let moved = scheduled * (1 + jitter * (2 * unit - 1))
    let asked = retryAfter.map { Double($0.microseconds) / 1e6 } ?? 0
    return .microseconds(Int64(min(max(moved, asked), maxDelaySeconds) * 1e6))
  }
}
