// How often something may happen, and the bucket that counts it. Pure values: time is passed in.

/// At most `count` in each `perSeconds`, with up to `burst` at once.
public struct RateLimit: Sendable, Hashable {
  /// How many in each period, 1...1_000_000_000.
  public var count: Int
  /// How long a period is, in seconds, 1...86_400.
  public var perSeconds: Int
  /// How many may come at once after a pause, 1...1_000_000_000; ``count`` unless set.
  public var burst: Int

  /// Makes a limit; values outside their ranges are brought to the nearest inside.
  public init(count: Int, perSeconds: Int = 1, burst: Int? = nil) {
    self.count = min(max(count, 1), 1_000_000_000)
    self.perSeconds = min(max(perSeconds, 1), 86_400)
    self.burst = min(max(burst ?? self.count, 1), 1_000_000_000)
  }
}

/// Counts what a ``RateLimit`` allows: a bucket of `burst` tokens that fills evenly, `count` in each period.
public struct TokenBucket: Sendable {
  /// The limit that it keeps.
  public let limit: RateLimit
  /// What is in the bucket. A token is as many units as its period has microseconds; each microsecond adds `count` of them, so that nothing is rounded.
  private var level: Int128
  private var filledAt: Timestamp

  /// A full bucket.
  public init(_ limit: RateLimit, at now: Timestamp) {
    self.limit = limit
    level = Int128(limit.burst) * Int128(limit.perSeconds) * 1_000_000
    filledAt = now
  }

  /// Takes one token.
  /// - Returns: `nil` when there was one, else how long it is until the next; nothing is taken then.
  public mutating func take(at now: Timestamp) -> Duration? {
    if let wait = wait(at: now) { return wait }
    level -= token
    return nil
  }

  /// How long it is until there is a token; `nil` when there is one. Nothing is taken.
  public mutating func wait(at now: Timestamp) -> Duration? {
    fill(at: now)
    return level < token ? time(toGain: token - level) : nil
  }

  /// Takes one token whether there is one or not: a bucket in debt has to fill for longer.
  public mutating func owe(at now: Timestamp) {
    fill(at: now)
    level -= token
  }

  /// How many tokens there are now.
  public mutating func remaining(at now: Timestamp) -> Int {
    fill(at: now)
    return max(0, Int(level / token))
  }

  /// How long it is until the bucket is full.
  public mutating func untilFull(at now: Timestamp) -> Duration {
    fill(at: now)
    return time(toGain: capacity - level)
  }

  private var token: Int128 { Int128(limit.perSeconds) * 1_000_000 }
  private var capacity: Int128 { Int128(limit.burst) * token }

  private func time(toGain units: Int128) -> Duration {
    let count = Int128(limit.count)
    return .microseconds(Int64((units + count - 1) / count))
  }

  /// A clock that was set back fills nothing, and time counts on from there.
  private mutating func fill(at now: Timestamp) {
    let elapsed = now.microseconds - filledAt.microseconds
    filledAt = now
    if elapsed > 0 { level = min(capacity, level + Int128(elapsed) * Int128(limit.count)) }
  }
}
