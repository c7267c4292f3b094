// Moves a webhook's deliveries between states in bulk: held, resumed, cancelled.

public import TidehookCore

extension SQLStore {
  private static let unclaimedOpen = SQLStatement(
    """
    SELECT key FROM deliveries WHERE webhook_key = $1 AND leased_by IS NULL AND due_at_us IS NOT NULL AND state = $2
    ORDER BY due_at_us LIMIT $3
    """)
  private static let ended = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND state >= 3 AND state = $2 ORDER BY key LIMIT $3")
  private static let delivered = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND state = $2 ORDER BY key LIMIT $3")
  private static let move = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, due_at_us = $3, round_began_us = COALESCE($3, round_began_us), updated_at_us = $4
    WHERE key = $5
    """)

  /// Moves up to `limit` unclaimed deliveries of a webhook to another state; an open one is due at once, and its deadline counts from now.
  public func moveDeliveries(
    of id: WebhookID, from states: [DeliveryState], to state: DeliveryState, reason: String?, at now: Timestamp, limit: Int
  ) async throws(StoreError) -> Int {
    let due = state.isOpen ? now : nil
    let node = node
    return try await writer.write("cannot move deliveries of \(id)", weight: 256 * limit) { connection in
      var moved = 0
      let isOrdered = try Self.hasOrdered(id, connection)
      for source in states where source != state && moved < limit {
        let query = Self.query(for: source)
        let arguments: [SQLValue] = [.key(id.value), .integer(source.code), .integer(Int64(limit - moved))]
        let keys = try connection.all(query, arguments) { $0.integer(0) }
        for key in keys {
          let waits = try isOrdered && state.isOpen && !Self.takesTurn(key, node: node, connection)
          try connection.execute(Self.move, [.integer(state.code), SQLValue(reason), .time(due), .time(now), .integer(key)])
          if waits { try Self.waitForTurn(key, connection) }
          if isOrdered && !state.isOpen { try Self.passTurn(of: key, connection) }
        }
        moved += keys.count
      }
      return moved
    }
  }

  /// The query whose conditions are those of the index that knows the state.
  private static func query(for state: DeliveryState) -> SQLStatement {
    switch state {
    case .pending, .retrying: unclaimedOpen
    case .delivered: delivered
    case .filtered, .dead, .held, .cancelled: ended
    }
  }
}
