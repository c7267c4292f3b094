// Keeps what was counted, by minutes, hours and days.

public import TidehookCore

extension SQLStore: RollupStore {
  /// The row of a step.
  private struct RollupKey: Hashable {
    /// 0 for the gateway.
    let webhook: Int64
    let step: RollupStep
    let start: Int64

    var values: [SQLValue] { [.integer(webhook), .integer(step.seconds), .integer(start)] }
  }

  private static let oneRollup = SQLStatement(
    "SELECT counts FROM rollups WHERE webhook_key = $1 AND step_secs = $2 AND start_secs = $3")
  private static let putRollup = SQLStatement(
    """
    INSERT INTO rollups (webhook_key, step_secs, start_secs, counts) VALUES ($1, $2, $3, $4)
    ON CONFLICT (webhook_key, step_secs, start_secs) DO UPDATE SET counts = excluded.counts
    """)

  /// Adds counts to those of their minutes, hours and days, for each webhook and for the gateway, all in one transaction.
  public func add(_ counts: [CountedMinute: Tally]) async throws(StoreError) {
    let additions = Self.additions(counts)
    guard !additions.isEmpty else { return }
    try await writer.write("cannot store statistics", weight: 256 * additions.count) { connection in
      for (key, tally) in additions {
        var sum = try connection.first(Self.oneRollup, key.values) { TallyBytes.read($0.bytes(0)) } ?? Tally()
        sum.add(tally)
        try connection.execute(Self.putRollup, key.values + [.bytes(TallyBytes.write(sum))])
      }
    }
  }

  private static func additions(_ counts: [CountedMinute: Tally]) -> [RollupKey: Tally] {
    var additions: [RollupKey: Tally] = [:]
    for (minute, tally) in counts {
      for step in RollupStep.allCases {
        let start = step.start(ofSecond: minute.start)
        for webhook in [minute.webhook?.key, 0].compactMap(\.self) {
          additions[RollupKey(webhook: webhook, step: step, start: start), default: Tally()].add(tally)
        }
      }
    }
    return additions
  }

  private static let someRollups = SQLStatement(
    "SELECT start_secs, counts FROM rollups WHERE webhook_key = $1 AND step_secs = $2 AND start_secs >= $3 AND start_secs < $4")

  /// What is known of the steps of a range, by their first seconds.
  public func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally] {
    let keys: [Int64] =
      switch scope {
      case .gateway: [0]
      case .webhooks(let ids): ids.map(\.key)
      }
    return try await read("read statistics") { connection throws(SQLFailure) in
      var tallies: [Int64: Tally] = [:]
      for key in keys {
        let arguments: [SQLValue] = [.integer(key), .integer(range.step.seconds), .integer(range.start), .integer(range.end)]
        try connection.query(Self.someRollups, arguments) { row in
          TallyBytes.add(row.bytes(1), to: &tallies[range.start(of: row.integer(0)), default: Tally()])
          return true
        }
      }
      return tallies
    }
  }

  /// The same of each of some webhooks.
  public func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]] {
    try await read("read statistics of webhooks") { connection throws(SQLFailure) in
      var all: [WebhookID: [Int64: Tally]] = [:]
      for id in webhooks {
        let arguments: [SQLValue] = [.key(id.value), .integer(range.step.seconds), .integer(range.start), .integer(range.end)]
        var tallies: [Int64: Tally] = [:]
        try connection.query(Self.someRollups, arguments) { row in
          TallyBytes.add(row.bytes(1), to: &tallies[range.start(of: row.integer(0)), default: Tally()])
          return true
        }
        if !tallies.isEmpty { all[id] = tallies }
      }
      return all
    }
  }

  /// How many webhooks are looked at in one transaction.
  private static let sweptWebhooks = 8
  private static let nextCounted = SQLStatement("SELECT webhook_key FROM rollups WHERE webhook_key > $1 ORDER BY webhook_key LIMIT 1")
  private static let forgetOld = SQLStatement("DELETE FROM rollups WHERE webhook_key = $1 AND step_secs = $2 AND start_secs < $3")

  /// Forgets what has been kept long enough, of some webhooks at a time.
  public func forgetRollups(after webhook: Int64?, at now: Timestamp) async throws(StoreError) -> Int64? {
    try await writer.write("cannot forget statistics", weight: 4096) { connection in
      var last = webhook ?? -1
      for _ in 0..<Self.sweptWebhooks {
        guard let key = try connection.first(Self.nextCounted, [.integer(last)], { $0.integer(0) }) else { return nil }
        for step in RollupStep.allCases {
          let oldest = step.start(of: now) - step.keptSeconds
          try connection.execute(Self.forgetOld, [.integer(key), .integer(step.seconds), .integer(oldest)])
        }
        last = key
      }
      return last
    }
  }
}
