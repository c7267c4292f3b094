// After how much failure a webhook is made inactive.

/// A webhook becomes inactive after so many days of nothing but failures, if there were enough of them.
public struct AutoDisable: Sendable, Hashable {
  /// How long nothing may have succeeded, in days, above 0 and at most 365.
  public var afterDays: Double
  /// How many attempts must have failed in that time, 1...1 000 000: a webhook that gets one event a month is not judged by it.
  public var minFailures: Int

  /// Makes a rule; the arguments' defaults are the product's.
  public init(afterDays: Double = 5, minFailures: Int = 10) {
    self.afterDays = afterDays
    self.minFailures = minFailures
  }

  /// ``afterDays`` as a duration.
  public var after: Duration { .microseconds(Int64(min(max(afterDays, 0), 365) * 86_400e6)) }

  /// How long after a warning that came late no webhook becomes inactive, as after one at three quarters.
  public var lastQuarter: Duration { after / 4 }
}

/// What a webhook says about being made inactive.
public enum AutoDisableSetting: Sendable, Hashable {
  /// What the gateway does with all webhooks.
  case standard
  /// Never.
  case never
  /// By a rule of its own.
  case after(AutoDisable)

  /// The rule that holds; `nil` for never.
  /// - Parameter standard: the gateway's own.
  public func rule(standard: AutoDisable?) -> AutoDisable? {
    switch self {
    case .standard: standard
    case .never: nil
    case .after(let rule): rule
    }
  }
}
