// Moves a webhook's deliveries between states in bulk: held, resumed, cancelled.

public import TidehookCore

extension SQLStore {
  private static let unclaimedOpen = SQLStatement(
    """
    SELECT key FROM deliveries WHERE webhook_key = $1 AND leased_by IS NULL AND due_at_us IS NOT NULL AND state = $2
    ORDER BY due_at_us LIMIT $3
    """)
  private static let ended = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND \(DeliveryState.ended("$2", of: "")) ORDER BY key LIMIT $3")
  private static let delivered = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND state = $2 ORDER BY key LIMIT $3")
  private static let move = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, failure = NULL, due_at_us = $3, round_began_us = COALESCE($3, round_began_us), updated_at_us = $4
    WHERE key = $5
    """)

  /// Moves up to `limit` unclaimed deliveries of a webhook to another state; an open one is due at once, and its deadline counts from now.
  public func moveDeliveries(
    of id: WebhookID, from states: [DeliveryState], to state: DeliveryState, reason: String?, at now: Timestamp, limit: Int
  ) async throws(StoreError) -> Int {
    let target = MoveTarget(state: state, reason: reason, at: now)
    return try await writer.write("cannot move deliveries of \(id)", weight: 256 * limit) { connection in
      var moved = 0
      let isOrdered = try Self.hasOrdered(id, connection)
      for source in states where source != state && moved < limit {
        let query = Self.query(for: source)
        let arguments: [SQLValue] = [.key(id.value), .integer(source.code), .integer(Int64(limit - moved))]
        let keys = try connection.all(query, arguments) { $0.integer(0) }
        for key in keys { try Self.move(key, to: target, isOrdered: isOrdered, connection) }
        moved += keys.count
      }
      return moved
    }
  }

  /// Where deliveries are moved.
  private struct MoveTarget: Sendable {
    let state: DeliveryState
    let reason: String?
    let at: Timestamp
  }

  private static func move(_ key: Int64, to target: MoveTarget, isOrdered: Bool, _ connection: any SQLConnection) throws(SQLFailure) {
    let state = target.state
    var waits = false
    if isOrdered && state.isOpen { waits = try !takesTurn(key, connection) }
    let due = state.isOpen ? target.at : nil
    try connection.execute(move, [.integer(state.code), SQLValue(target.reason), .time(due), .time(target.at), .integer(key)])
    if waits { try waitForTurn(key, connection) }
    if isOrdered && !state.isOpen { try passTurn(of: key, at: target.at, connection) }
  }

  private static let heldBelow = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND \(DeliveryState.ended("$2", of: "")) AND key < $3 ORDER BY key LIMIT $4")

  /// Cancels up to `limit` held deliveries of a webhook that were made before others.
  public func skipHeld(of id: WebhookID, below key: Int64, reason: String, at now: Timestamp, limit: Int) async throws(StoreError) -> Int {
    let arguments: [SQLValue] = [.key(id.value), .integer(DeliveryState.held.code), .integer(key), .integer(Int64(limit))]
    let target = MoveTarget(state: .cancelled, reason: reason, at: now)
    return try await writer.write("cannot skip held deliveries of \(id)", weight: 256 * limit) { connection in
      let isOrdered = try Self.hasOrdered(id, connection)
      let keys = try connection.all(Self.heldBelow, arguments) { $0.integer(0) }
      for key in keys { try Self.move(key, to: target, isOrdered: isOrdered, connection) }
      return keys.count
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
