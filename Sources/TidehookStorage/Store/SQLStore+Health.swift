// Keeps how webhooks fare, and counts what waits for them.

public import TidehookCore

extension SQLStore: HealthStore {
  private static let known = SQLStatement(
    "SELECT key, entropy, health FROM webhooks WHERE health IS NOT NULL AND deleted_at_us IS NULL")

  /// What is known of webhooks that are not well.
  public func healths() async throws(StoreError) -> [WebhookID: WebhookHealth] {
    try await read("read how webhooks fare") { connection throws(SQLFailure) in
      var healths: [WebhookID: WebhookHealth] = [:]
      try connection.query(Self.known, []) { row in
        healths[WebhookID(row.id(0))] = HealthText.read(row.text(2))
        return true
      }
      return healths
    }
  }

  private static let setHealth = SQLStatement("UPDATE webhooks SET health = $1 WHERE key = $2 AND deleted_at_us IS NULL")

  /// Stores what is known of some webhooks, in one transaction.
  public func save(_ healths: [WebhookID: WebhookHealth]) async throws(StoreError) {
    let rows = healths.map { id, health -> [SQLValue] in
      [health.isBlank ? .null : .text(HealthText.write(health)), .key(id.value)]
    }
    return try await writer.write("cannot store how webhooks fare", weight: 256 * rows.count) { connection in
      for row in rows { try connection.execute(Self.setHealth, row) }
    }
  }
}

extension SQLStore: HeldCounter {
  /// Counted in the index of what ended.
  private static let heldCount = SQLStatement(
    """
    SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE webhook_key = $1 AND \(DeliveryState.ended("$2", of: "")) LIMIT $3) held
    """)

  /// How many deliveries of each webhook are held; a count stops at `limit`.
  public func heldCounts(of webhooks: [WebhookID], upTo limit: Int) async throws(StoreError) -> [WebhookID: Int] {
    try await read("count what is held") { connection throws(SQLFailure) in
      var counts: [WebhookID: Int] = [:]
      for id in webhooks {
        let arguments: [SQLValue] = [.key(id.value), .integer(DeliveryState.held.code), .integer(Int64(limit))]
        counts[id] = try connection.first(Self.heldCount, arguments) { Int($0.integer(0)) }
      }
      return counts
    }
  }
}
