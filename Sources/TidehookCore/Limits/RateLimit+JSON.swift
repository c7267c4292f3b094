// A rate limit in JSON, as requests, answers and the store write it.

extension RateLimit {
  /// Reads `{"count": 100, "per_secs": 60, "burst": 20}`; the period is a second and the burst the count unless given.
  public init(json: JSONValue) throws(JSONProblem) {
    let members = try JSONMembers(json, known: ["count", "per_secs", "burst"])
    guard let count = try members.integer("count", in: 1...1_000_000_000) else {
      throw JSONProblem("count", "is required, a whole number of 1...1000000000")
    }
    let seconds = try members.integer("per_secs", in: 1...86_400) ?? 1
    let burst = try members.integer("burst", in: 1...1_000_000_000) ?? count
    self.init(count: Int(count), perSeconds: Int(seconds), burst: Int(burst))
  }

  /// The limit in the form that ``init(json:)`` reads.
  public var json: JSONValue {
    ["count": .integer(Int64(count)), "per_secs": .integer(Int64(perSeconds)), "burst": .integer(Int64(burst))]
  }
}
