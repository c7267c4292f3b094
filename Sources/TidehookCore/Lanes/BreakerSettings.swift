// When a lane's breaker opens, and for how long.

/// The settings of a breaker; the defaults are those of a webhook with `"breaker": {}`.
public struct BreakerSettings: Sendable, Hashable {
  /// Which share of the attempts in the window must have failed, above 0 and at most 1.
  public var failureRate: Double
  /// How far back attempts count, in seconds, 1...3600.
  public var windowSeconds: Int
  /// How many attempts there must be in the window, 1...10 000: one failure is no trend.
  public var minAttempts: Int
  /// How long nothing is attempted before a probe, in seconds, 1...3600.
  public var openSeconds: Int

  /// Makes settings; the arguments' defaults are the product's.
  ///
  /// They are near those of the field: Convoy opens at 70 % of at least 10 attempts in 5 minutes, and probes after 30 seconds.
  public init(failureRate: Double = 0.7, windowSeconds: Int = 60, minAttempts: Int = 10, openSeconds: Int = 30) {
    self.failureRate = failureRate
    self.windowSeconds = windowSeconds
    self.minAttempts = minAttempts
    self.openSeconds = openSeconds
  }
}

extension BreakerSettings {
  /// Reads `{"failure_rate": 0.7, "window_secs": 60, "min_attempts": 10, "open_secs": 30}`; what is left out has its default.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["failure_rate", "window_secs", "min_attempts", "open_secs"])
    self.init()
    if let rate = members["failure_rate"] {
      guard let share = rate.doubleValue, share > 0, share <= 1 else {
        throw JSONMembers.unexpected("failure_rate", "a number above 0 and at most 1", rate)
      }
      failureRate = share
    }
    windowSeconds = try members.integer("window_secs", in: 1...3600).map(Int.init) ?? windowSeconds
    minAttempts = try members.integer("min_attempts", in: 1...10_000).map(Int.init) ?? minAttempts
    openSeconds = try members.integer("open_secs", in: 1...3600).map(Int.init) ?? openSeconds
  }

  /// The settings in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    [
      "failure_rate": .double(failureRate), "window_secs": .integer(Int64(windowSeconds)), "min_attempts": .integer(Int64(minAttempts)),
      "open_secs": .integer(Int64(openSeconds)),
    ]
  }
}
