// How fast what is too old is removed: as slowly as will do, and as fast as it must. Pure: what was seen is passed in.

/// The pace of a sweep: how long a step waits for the writes of others, and how much it removes.
///
/// A sweep that keeps up is the last in the row: between two steps of a few milliseconds it waits up to a second for writes that wait. While it
/// falls behind, each comparison of two looks makes it a level faster: at first it waits for half as long, until a step follows the one before at once; then it
/// removes twice as much in each, up to 3200 rows, which are some tens of milliseconds of the writer. It keeps the level at which it catches up,
/// and goes back by one with each sweep that was in time throughout.
///
/// The hot path has the writer between two steps even then: the writer takes all that waits in one transaction, in the order in which it came, and
/// with it one step. So the fastest removes, in each transaction, some thousand events with a delivery and an attempt each, and a transaction
/// accepts what 512 requests bring, at most 8 MiB: what is accepted one by one is always outpaced.
public struct SweepPace: Sendable, Equatable {
  /// The highest level.
  public static let fastest = 10
  /// The level from which on nothing is waited for.
  static let unpaused = 6
  /// How many rows a step removes that is not in a hurry.
  public static let steadyRows = 200

  /// How fast it is, from 0.
  public private(set) var level: Int
  private let slowest: Int
  private var last: Int64?
  private var wasBehind = false

  /// Makes a pace that is never slower than a level from 0 to ``fastest``.
  public init(slowest: Int = 0) {
    self.slowest = min(max(0, slowest), Self.fastest)
    level = self.slowest
  }

  /// How often a step waits for writes of others before the next, at most.
  public var patience: Int { level < Self.unpaused ? max(1, 40 >> level) : 0 }

  /// How many rows a step removes before it ends.
  public var rows: Int { Self.steadyRows << max(0, level - Self.unpaused) }

  /// Begins another sweep.
  public mutating func beginSweep() {
    if !wasBehind { level = max(slowest, level - 1) }
    wasBehind = false
    last = nil
  }

  /// Begins with other events in the same sweep: they are not compared with those before.
  public mutating func beginOthers() { last = nil }

  /// Takes in a look.
  /// - Parameter excess: by how much what is to be removed is above what is allowed, in whatever unit: not above 0 when it is in time.
  public mutating func note(excess: Int64) {
    defer { last = excess }
    guard excess > 0 else { return }
    wasBehind = true
    if let last, excess >= last { level = min(Self.fastest, level + 1) }
  }
}
