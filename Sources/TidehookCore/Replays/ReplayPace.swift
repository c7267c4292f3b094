// How fast a replay goes: a pure value that is told the time.

/// Spreads a replay's deliveries evenly over time, in batches of a tenth of a second.
public struct ReplayPace: Sendable, Equatable {
  /// The most that one transaction makes due: few enough that publishing does not notice.
  public static let maximumBatch = 100

  private let rate: Int
  /// From when on the next batch may be made due; `nil` before the first.
  public private(set) var next: Timestamp?

  /// Makes a pace.
  /// - Parameter rate: deliveries per second, at least 1.
  public init(rate: Int) {
    self.rate = max(1, rate)
  }

  /// How many are made due at once.
  public var batch: Int { min(max(rate / 10, 1), Self.maximumBatch) }

  /// When the next batch may be made due, if that is not now. A clock that was set back delays it by no more than one batch takes.
  public func wait(at now: Timestamp) -> Timestamp? {
    guard let next, next > now else { return nil }
    return min(next, now + duration(of: batch))
  }

  /// Notes that so many were made due. Time that was not used is not caught up.
  public mutating func spend(_ count: Int, at now: Timestamp) {
    next = max(next ?? now, now) + duration(of: count)
  }

  private func duration(of count: Int) -> Duration { .microseconds(Int64(count) * 1_000_000 / Int64(rate)) }
}
