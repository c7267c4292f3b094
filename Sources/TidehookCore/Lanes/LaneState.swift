// How a webhook's lane stands, for people.

/// What holds a lane back on this node. It is not stored: a process begins with closed breakers.
public struct LaneState: Sendable, Hashable {
  /// Where the breaker stands; `nil` without one.
  public var breaker: BreakerState?
  /// Since when.
  public var breakerSince: Timestamp?
  /// Until when the lane pauses because its receiver asked for less; `nil` when it does not.
  public var backoffUntil: Timestamp?

  /// Makes a state; nothing holds the lane back unless given.
  public init(breaker: BreakerState? = nil, breakerSince: Timestamp? = nil, backoffUntil: Timestamp? = nil) {
    self.breaker = breaker
    self.breakerSince = breakerSince
    self.backoffUntil = backoffUntil
  }
}
