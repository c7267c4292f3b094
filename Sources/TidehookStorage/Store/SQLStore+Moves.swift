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
  private static let end = SQLStatement(
    "UPDATE deliveries SET state = $1, reason = $2, failure = NULL, due_at_us = NULL, updated_at_us = $3 WHERE key = $4")
  /// While a delivery is held, `round_began_us` has no other use than to keep when the next try of one that failed would have been due, and
  /// `failure` none but to keep of what it failed.
  private static let hold = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, due_at_us = NULL, updated_at_us = $3,
      failure = CASE WHEN attempt_count = earlier_attempts THEN NULL ELSE failure END,
      round_began_us = CASE WHEN attempt_count = earlier_attempts OR due_at_us IS NULL THEN round_began_us
        WHEN due_at_us >= \(OrderTurn.wait) THEN due_at_us - \(OrderTurn.wait) ELSE due_at_us END
    WHERE key = $4
    """)
  private static let open = SQLStatement(
    """
    UPDATE deliveries SET state = CASE WHEN state = 5 AND round_began_us > $1 THEN \(DeliveryState.retrying.code) ELSE $2 END,
      reason = $3, failure = CASE WHEN state = 5 AND round_began_us > $1 THEN failure END, updated_at_us = $1, round_began_us = $1,
      due_at_us = CASE WHEN state = 5 AND round_began_us > $1 THEN round_began_us ELSE $1 END
    WHERE key = $4
    """)

  /// Moves up to `limit` unclaimed deliveries of a webhook to another state; an open one is due at once, and its deadline counts from now. One
  /// that was to be tried again later when it became held is `retrying` again, and due when it was.
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
    let (code, reason, time) = (SQLValue.integer(state.code), SQLValue(target.reason), SQLValue.time(target.at))
    if state.isOpen {
      try connection.execute(open, [time, code, reason, .integer(key)])
    } else {
      try connection.execute(state == .held ? hold : end, [code, reason, time, .integer(key)])
    }
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
