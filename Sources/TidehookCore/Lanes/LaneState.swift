// How a webhook's lane stands, for people.

/// What holds a lane back on this node. It is not stored: a process begins with closed breakers.
public struct LaneState: Sendable, Hashable {
  /// Where the breaker stands; `nil` without one.
  public var breaker: BreakerState?
  /// Since when.
  public var breakerSince: Timestamp?
  /// Until when the lane pauses because its receiver asked for less; `nil` when it does not.
  public var backoffUntil: Timestamp?
  /// Until when the lane has used up its rate limit, or what its receiver agreed to; `nil` when it has not, or nothing waits.
  public var rateLimitedUntil: Timestamp?

  /// Makes a state; nothing holds the lane back unless given.
  public init(
    breaker: BreakerState? = nil, breakerSince: Timestamp? = nil, backoffUntil: Timestamp? = nil, rateLimitedUntil: Timestamp? = nil
  ) {
    self.breaker = breaker
    self.breakerSince = breakerSince
    self.backoffUntil = backoffUntil
    self.rateLimitedUntil = rateLimitedUntil
  }
}
