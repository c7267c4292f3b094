// The `retry` object of a webhook.

import TidehookCore

/// Checked changes of a retry policy.
struct RetryFields {
  private let maxRetries: Change<Int>
  private let initialDelay: Change<Double>
  private let multiplier: Change<Double>
  private let maxDelay: Change<Double>
  private let jitter: Change<Double>

  /// Reads the object; every key may be left out.
  init(_ field: Field) throws {
    let names = ["max_retries", "initial_delay_secs", "multiplier", "max_delay_secs", "jitter"]
    let fields = try Fields(field.value, path: field.path, known: names)
    maxRetries = try fields.change("max_retries") { try $0.integer(in: 0...100) }
    initialDelay = try fields.change("initial_delay_secs") { try $0.number(in: 0.001...86_400) }
    multiplier = try fields.change("multiplier") { try $0.number(in: 1...100) }
    maxDelay = try fields.change("max_delay_secs") { try $0.number(in: 0.001...604_800) }
    jitter = try fields.change("jitter") { try $0.number(in: 0...1) }
  }

  /// A policy after these changes.
  func applied(to policy: RetryPolicy) -> RetryPolicy {
    let defaults = RetryPolicy()
    return RetryPolicy(
      maxRetries: maxRetries.applied(to: policy.maxRetries, default: defaults.maxRetries),
      initialDelaySeconds: initialDelay.applied(to: policy.initialDelaySeconds, default: defaults.initialDelaySeconds),
      multiplier: multiplier.applied(to: policy.multiplier, default: defaults.multiplier),
      maxDelaySeconds: maxDelay.applied(to: policy.maxDelaySeconds, default: defaults.maxDelaySeconds),
      jitter: jitter.applied(to: policy.jitter, default: defaults.jitter))
  }
}
