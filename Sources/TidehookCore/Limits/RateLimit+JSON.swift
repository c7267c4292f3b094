// A rate limit in JSON, as requests, answers and the store write it.

extension RateLimit {
  private static let counts: ClosedRange<Int64> = 1...1_000_000_000
  /// Names that stand for a count and a period, in seconds.
  private static let periods: [(name: String, seconds: Int64)] = [("per_second", 1), ("per_minute", 60), ("per_hour", 3600)]

  /// Reads `{"count": 100, "per_secs": 60, "burst": 20}`, or `{"per_minute": 100, "burst": 20}`, also for a second and an hour; the period is
  /// a second and the burst the count unless given.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["count", "per_secs", "burst"] + Self.periods.map(\.name))
    let (count, seconds) = try Self.rate(members)
    let burst = try members.integer("burst", in: Self.counts) ?? count
    self.init(count: Int(count), perSeconds: Int(seconds), burst: Int(burst))
  }

  private static func rate(_ members: JSONMembers) throws(JSONProblem) -> (count: Int64, seconds: Int64) {
    let given = (["count"] + periods.map(\.name)).filter { members[$0] != nil }
    guard let name = given.first else {
      throw JSONProblem("count", "is required, a whole number of 1...1000000000; or one of per_second, per_minute, per_hour")
    }
    guard given.count == 1 else { throw JSONProblem(given[1], "expected either it or \(name), got both") }
    let count = try members.integer(name, in: counts) ?? 1
    guard let period = periods.first(where: { $0.name == name }) else {
      return (count, try members.integer("per_secs", in: 1...86_400) ?? 1)
    }
    guard members["per_secs"] == nil else { throw JSONProblem("per_secs", "expected either it or \(name), got both") }
    return (count, period.seconds)
  }

  /// The limit in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    ["count": .integer(Int64(count)), "per_secs": .integer(Int64(perSeconds)), "burst": .integer(Int64(burst))]
  }
}
