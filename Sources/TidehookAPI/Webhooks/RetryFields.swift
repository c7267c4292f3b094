// The `retry` object of a webhook.

import TidehookCore

/// Checked changes of a retry policy.
struct RetryFields {
  private let exponential: ExponentialFields
  private let schedule: Change<[Double]>
  private let preset: Change<RetryPreset>
  private let jitter: Change<Double>
  private let retryOn: Change<RetryStatuses>
  private let giveUpAfter: Change<Double>
  private let maxRetryAfter: Change<Double>

  private static let names =
    ExponentialFields.names + ["jitter", "schedule_secs", "preset", "retry_on", "give_up_after_secs", "max_retry_after_secs"]

  /// Reads the object; every key may be left out.
  init(_ field: Field) throws {
    let fields = try Fields(field.value, path: field.path, known: Self.names)
    exponential = try ExponentialFields(fields)
    schedule = try fields.change("schedule_secs") { try $0.retrySchedule() }
    preset = try fields.change("preset") { try $0.retryPreset() }
    jitter = try fields.change("jitter") { try $0.number(in: 0...1) }
    retryOn = try fields.change("retry_on") { try $0.retryStatuses() }
    giveUpAfter = try fields.change("give_up_after_secs") { try $0.number(in: 0.001...31_536_000) }
    maxRetryAfter = try fields.change("max_retry_after_secs") { try $0.number(in: 0...604_800) }
    try Self.checkShape(fields)
  }

  /// Throws when the fields of two shapes stand side by side; `null` counts as left out.
  private static func checkShape(_ fields: Fields) throws {
    func given(_ names: [String]) -> Field? {
      names.lazy.compactMap { fields[$0] }.first { $0.value != .null }
    }
    if given(["preset"]) != nil, let other = given(["schedule_secs", "jitter"] + ExponentialFields.names) {
      throw other.unexpected("nothing beside preset, which says all of it")
    }
    if given(["schedule_secs"]) != nil, let other = given(ExponentialFields.names) {
      throw other.unexpected("nothing beside schedule_secs but jitter")
    }
  }

  /// A policy after these changes: fields of another shape replace the shape.
  func applied(to policy: RetryPolicy) throws(APIError) -> RetryPolicy {
    RetryPolicy(
      try applied(to: policy.backoff), retryOn: retryOn.applied(to: policy.retryOn),
      giveUpAfterSeconds: giveUpAfter.applied(to: policy.giveUpAfterSeconds),
      maxRetryAfterSeconds: maxRetryAfter.applied(to: policy.maxRetryAfterSeconds))
  }

  private func applied(to backoff: RetryBackoff) throws(APIError) -> RetryBackoff {
    if case .set(let preset) = preset { return .preset(preset) }
    if case .set(let delays) = schedule { return .schedule(ScheduledBackoff(delays, jitter: jitter(after: backoff))) }
    switch backoff {
    case .schedule(let current) where !exponential.isGiven && !schedule.isGiven:
      return .schedule(ScheduledBackoff(current.delaysSeconds, jitter: jitter(after: backoff)))
    case .preset(let current) where !exponential.isGiven && !preset.isGiven:
      guard case .set = jitter else { return backoff }
      throw APIError(
        .invalidField, "retry.jitter: expected together with schedule_secs or max_retries, as the preset \(current.rawValue) has its own",
        field: "retry.jitter")
    case .exponential, .schedule, .preset:
      return .exponential(exponential.applied(to: backoff, jitter: jitter(after: backoff)))
    }
  }

  /// The jitter after these changes; that of a preset is the default.
  private func jitter(after backoff: RetryBackoff) -> Double {
    jitter.applied(to: backoff.jitter, default: RetryBackoff.defaultJitter)
  }
}

/// The fields of exponential backoff but for its jitter, which a schedule may have too.
private struct ExponentialFields {
  static let names = ["max_retries", "initial_delay_secs", "multiplier", "max_delay_secs"]

  private let maxRetries: Change<Int>
  private let initialDelay: Change<Double>
  private let multiplier: Change<Double>
  private let maxDelay: Change<Double>

  init(_ fields: Fields) throws {
    maxRetries = try fields.change("max_retries") { try $0.integer(in: 0...100) }
    initialDelay = try fields.change("initial_delay_secs") { try $0.number(in: 0.001...86_400) }
    multiplier = try fields.change("multiplier") { try $0.number(in: 1...100) }
    maxDelay = try fields.change("max_delay_secs") { try $0.number(in: 0.001...604_800) }
  }

  /// Whether one of them has a value.
  var isGiven: Bool {
    if case .set = maxRetries { return true }
    return [initialDelay, multiplier, maxDelay].contains { if case .set = $0 { true } else { false } }
  }

  /// A backoff after these changes; another shape makes way for the defaults.
  func applied(to backoff: RetryBackoff, jitter: Double) -> ExponentialBackoff {
    let defaults = ExponentialBackoff()
    let current = if case .exponential(let current) = backoff { current } else { defaults }
    return ExponentialBackoff(
      maxRetries: maxRetries.applied(to: current.maxRetries, default: defaults.maxRetries),
      initialDelaySeconds: initialDelay.applied(to: current.initialDelaySeconds, default: defaults.initialDelaySeconds),
      multiplier: multiplier.applied(to: current.multiplier, default: defaults.multiplier),
      maxDelaySeconds: maxDelay.applied(to: current.maxDelaySeconds, default: defaults.maxDelaySeconds), jitter: jitter)
  }
}
