// Retry schedules that have a name.

/// A schedule that is known elsewhere.
public enum RetryPreset: String, Sendable, Hashable, CaseIterable {
  /// REM Labs': "retried with exponential backoff up to 3 times", with the waits of this product's default policy.
  ///
  /// Source: REM Labs, "Webhooks", "Retry policy".
  case rem
  /// The example of Standard Webhooks: ten tries over three days and three hours.
  ///
  /// Source: Standard Webhooks 1.0.0, "Deliverability and reliability".
  case standardWebhooks = "standard-webhooks"
  /// Svix's: eight tries over 27 and a half hours.
  ///
  /// Source: https://docs.svix.com/retries, "The schedule".
  case svix
  /// One try.
  case none

  /// The wait before each retry, counted from the failure before it, in seconds.
  public var delaysSeconds: [Double] {
    switch self {
    case .rem: Self.remDelays
    case .standardWebhooks: Self.standardWebhooksDelays
    case .svix: Self.svixDelays
    case .none: []
    }
  }

  private static let remDelays = RetryBackoff.exponential(ExponentialBackoff()).delaysSeconds
  private static let standardWebhooksDelays: [Double] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
  private static let svixDelays: [Double] = [5, 300, 1800, 7200, 18_000, 36_000, 36_000]
}
