// The steps of time that counts are kept in: fine ones for a short while, coarse ones for long.

/// One of the widths of time that are counted.
public enum RollupStep: Int64, Sendable, CaseIterable {
  /// Kept for a day and two hours, so that a whole day can be shown in steps of up to an hour.
  case minute = 60
  /// Kept for 32 days, so that a month can be shown in steps of up to a day.
  case hour = 3600
  /// Kept for two years; days are those of UTC.
  case day = 86_400

  /// How long it is, in seconds.
  public var seconds: Int64 { rawValue }

  /// How long its counts are kept, in seconds.
  public var keptSeconds: Int64 {
    switch self {
    case .minute: 26 * 3600
    case .hour: 32 * 86_400
    case .day: 731 * 86_400
    }
  }

  /// The first second of the step that a time is in, since 1970.
  public func start(of time: Timestamp) -> Int64 { start(ofSecond: time.seconds) }

  /// The same for a second.
  public func start(ofSecond second: Int64) -> Int64 { second.flooredQuotient(seconds) * seconds }

  /// The coarsest step that makes up a width of time; `nil` when it is not a number of whole minutes.
  public init?(making width: Int64) {
    guard width > 0, let step = Self.allCases.last(where: { width.isMultiple(of: $0.seconds) }) else { return nil }
    self = step
  }
}
