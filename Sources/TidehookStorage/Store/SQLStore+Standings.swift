// Counts the deliveries that are not done with, each state over the index that knows it.

public import TidehookCore

extension SQLStore {
  private static let waiting = SQLStatement(
    """
    SELECT w.key, w.entropy,
      (SELECT COUNT(*) FROM deliveries d WHERE d.webhook_key = w.key AND d.leased_by IS NULL AND d.due_at_us IS NOT NULL),
      (SELECT d.due_at_us FROM deliveries d
        WHERE d.webhook_key = w.key AND d.leased_by IS NULL AND d.due_at_us IS NOT NULL ORDER BY d.due_at_us LIMIT 1),
      (SELECT COUNT(*) FROM deliveries d WHERE d.webhook_key = w.key AND d.state = \(DeliveryState.retrying.code)),
      (SELECT COUNT(*) FROM deliveries d WHERE d.webhook_key = w.key AND \(DeliveryState.held.ended)),
      (SELECT COUNT(*) FROM deliveries d WHERE d.webhook_key = w.key AND \(DeliveryState.dead.ended)),
      (SELECT d.created_at_us FROM deliveries d
        WHERE d.webhook_key = w.key AND \(DeliveryState.dead.ended) ORDER BY d.key LIMIT 1)
    FROM webhooks w WHERE w.deleted_at_us IS NULL
    """)
  /// Those that a node has in memory are few enough to be looked at.
  private static let leased = SQLStatement(
    """
    SELECT d.webhook_key, COUNT(*), MIN(d.due_at_us) FROM deliveries d
    WHERE d.due_at_us IS NOT NULL AND d.leased_by IN (SELECT key FROM nodes) AND d.state <> 6 GROUP BY d.webhook_key
    """)

  /// The deliveries of each webhook that are not done with; of those without any nothing.
  public func standings() async throws(StoreError) -> [WebhookID: QueueStanding] {
    try await read("count what waits") { connection throws(SQLFailure) in
      var held: [Int64: (count: Int, due: Timestamp?)] = [:]
      try connection.query(Self.leased, []) { row in
        held[row.integer(0)] = (Int(row.integer(1)), OrderTurn.due(row.optionalInteger(2)))
        return true
      }
      var standings: [WebhookID: QueueStanding] = [:]
      try connection.query(Self.waiting, []) { row in
        let leased = held[row.integer(0)]
        var standing = QueueStanding()
        standing.retrying = Int(row.integer(4))
        standing.pending = max(0, Int(row.integer(2)) + (leased?.count ?? 0) - standing.retrying)
        standing.held = Int(row.integer(5))
        standing.dead = Int(row.integer(6))
        standing.firstDead = row.optionalTime(7)
        standing.firstDue = [OrderTurn.due(row.optionalInteger(3)), leased?.due].compactMap(\.self).min()
        if standing != QueueStanding() { standings[WebhookID(row.id(0))] = standing }
        return true
      }
      return standings
    }
  }
}
