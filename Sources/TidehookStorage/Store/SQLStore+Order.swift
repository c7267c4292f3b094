// Keeps the deliveries of one order key in the order of acceptance: one has its turn, the others wait behind it in the store.

import TidehookCore

/// How the store tells who has to wait.
///
/// Of the open deliveries with one `order_key` at most one has its turn, the first in the order of events unless that came while another was
/// under way. The due times of the others are moved out of reach, by a fixed amount so that nothing is forgotten: no claim finds them, however
/// many there are. When the one with the turn ends, whatever way, the same transaction gives the turn to the next.
///
/// Who has it is what `deliveries_turn` says, and nobody takes it who has not looked there: so there are never two, whatever a killed process
/// leaves behind. One that is cancelled while it is under way, because its content is erased, keeps turn and lease until it is known how it
/// ended: a receiver never has two of a key at a time.
enum OrderTurn {
  /// What is added to the due time of a delivery that waits for its turn: some 73 000 years.
  static let wait: Int64 = 1 << 61

  /// The due time in a column, `nil` for a delivery that waits for its turn.
  static func due(_ microseconds: Int64?) -> Timestamp? {
    microseconds.flatMap { $0 < wait ? Timestamp(microseconds: $0) : nil }
  }
}

extension SQLStore {
  /// The same as for an unordered delivery, but behind those of its key that are open or held already.
  static let insertOrderedDelivery = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger, due_at_us, order_key, leased_by,
      created_at_us, updated_at_us)
    VALUES (
      $1, $2, $3, $4, $5, $6, 0, 0, 0,
      $7 + CASE WHEN EXISTS (
        SELECT 1 FROM deliveries WHERE webhook_key = $4 AND order_key = $8 AND order_key IS NOT NULL AND state IN (0, 1, 5)
      ) OR EXISTS (
        SELECT 1 FROM deliveries WHERE webhook_key = $4 AND order_key = $8 AND order_key IS NOT NULL AND due_at_us < \(OrderTurn.wait)
      ) THEN \(OrderTurn.wait) ELSE 0 END,
      $8, NULL, $9, $9)
    """)

  private static let place = SQLStatement(
    "SELECT webhook_key, order_key, event_key, due_at_us FROM deliveries WHERE key = $1 AND order_key IS NOT NULL")
  private static let yieldTurn = SQLStatement(
    """
    UPDATE deliveries SET due_at_us = due_at_us + \(OrderTurn.wait)
    WHERE key = $1 AND due_at_us < \(OrderTurn.wait) AND EXISTS (
      SELECT 1 FROM deliveries n
      WHERE n.webhook_key = $2 AND n.order_key = $3 AND n.order_key IS NOT NULL AND n.state IN (0, 1, 5) AND n.state < 2
        AND n.event_key < deliveries.event_key)
    """)
  /// There is one turn: while one that was accepted later has it, the first waits for that to end.
  /// The deadline for the tries of a round begins with the turn, unless one of them was made before.
  private static let giveTurn = SQLStatement(
    """
    UPDATE deliveries SET due_at_us = due_at_us - \(OrderTurn.wait),
      round_began_us = CASE WHEN attempt_count = earlier_attempts THEN $1 ELSE round_began_us END
    WHERE state < 2 AND due_at_us >= \(OrderTurn.wait) AND key = (
      SELECT n.key FROM deliveries n
      WHERE n.webhook_key = $2 AND n.order_key = $3 AND n.order_key IS NOT NULL AND n.state IN (0, 1, 5) ORDER BY n.event_key, n.key LIMIT 1)
      AND NOT EXISTS (
        SELECT 1 FROM deliveries h
        WHERE h.webhook_key = $2 AND h.order_key = $3 AND h.order_key IS NOT NULL AND h.due_at_us < \(OrderTurn.wait))
    """)

  /// Where an ordered delivery stands.
  private struct Place {
    let webhook: SQLValue
    let order: SQLValue
    let event: Int64
    /// In microseconds, as it is in the column.
    let due: Int64?
    var hasTurn: Bool { due.map { $0 < OrderTurn.wait } ?? false }
  }

  private static func place(of key: Int64, _ connection: any SQLConnection) throws(SQLFailure) -> Place? {
    try connection.first(place, [.integer(key)]) { row in
      Place(webhook: .integer(row.integer(0)), order: .integer(row.integer(1)), event: row.integer(2), due: row.optionalInteger(3))
    }
  }

  /// Gives the turn to the first of the key, after a delivery that had it was attempted or ended. One that will be tried again keeps the turn
  /// unless an earlier one was replayed meanwhile.
  static func passTurn(of key: Int64, at now: Timestamp, _ connection: any SQLConnection) throws(SQLFailure) {
    guard let place = try place(of: key, connection) else { return }
    if place.hasTurn { try connection.execute(yieldTurn, [.integer(key), place.webhook, place.order]) }
    try connection.execute(giveTurn, [.time(now), place.webhook, place.order])
  }

  private static let leaveOrder = SQLStatement("UPDATE deliveries SET order_key = NULL WHERE key = $1")

  /// Takes a delivery out of its order, whose webhook has none any more.
  static func leaveOrder(_ key: Int64, at now: Timestamp, _ connection: any SQLConnection) throws(SQLFailure) {
    guard let place = try place(of: key, connection) else { return }
    try connection.execute(leaveOrder, [.integer(key)])
    try connection.execute(giveTurn, [.time(now), place.webhook, place.order])
  }

  private static let firstOther = SQLStatement(
    """
    SELECT event_key FROM deliveries
    WHERE webhook_key = $1 AND order_key = $2 AND order_key IS NOT NULL AND state IN (0, 1, 5) AND key <> $3
    ORDER BY event_key, key LIMIT 1
    """)
  /// With the conditions of `deliveries_turn`.
  private static let holders = SQLStatement(
    """
    SELECT key, leased_by FROM deliveries
    WHERE webhook_key = $1 AND order_key = $2 AND order_key IS NOT NULL AND due_at_us < \(OrderTurn.wait)
    """)
  private static let wait = SQLStatement("UPDATE deliveries SET due_at_us = due_at_us + \(OrderTurn.wait) WHERE key = $1")

  /// Whether a delivery that was not open, or waited for its next try, may go as soon as it is due; else it waits for its turn.
  ///
  /// It takes its place by acceptance. One that was accepted later and has the turn gives it up, unless it is under way: then it ends first.
  static func takesTurn(_ key: Int64, _ connection: any SQLConnection) throws(SQLFailure) -> Bool {
    guard let place = try place(of: key, connection), !place.hasTurn else { return true }
    let order = [place.webhook, place.order]
    let first = try connection.first(firstOther, order + [.integer(key)]) { $0.integer(0) }
    if let first, first <= place.event { return false }
    let holders = try connection.all(holders, order) { (key: $0.integer(0), isUnderWay: !$0.isNull(1)) }
    guard !holders.contains(where: \.isUnderWay) else { return false }
    for holder in holders { try connection.execute(wait, [.integer(holder.key)]) }
    return true
  }

  /// Lets a delivery wait that has just been made due.
  static func waitForTurn(_ key: Int64, _ connection: any SQLConnection) throws(SQLFailure) {
    try connection.execute(wait, [.integer(key)])
  }

  private static let endCancelled = SQLStatement(
    "UPDATE deliveries SET due_at_us = NULL WHERE key = $1 AND state = 6 AND due_at_us IS NOT NULL")

  /// Settles the order after a delivery that a node held was let go without an outcome: one that has the turn though an earlier one waits had
  /// it because it was under way, and one that was cancelled meanwhile has no place any more.
  static func letGo(_ key: Int64, at now: Timestamp, _ connection: any SQLConnection) throws(SQLFailure) {
    if try connection.execute(endCancelled, [.integer(key)]) == 1 {
      try leaveOrder(key, at: now, connection)
    } else {
      try passTurn(of: key, at: now, connection)
    }
  }

  private static let allUnderWay = SQLStatement(
    """
    SELECT key FROM deliveries
    WHERE order_key IS NOT NULL AND due_at_us IS NOT NULL AND due_at_us < \(OrderTurn.wait) AND leased_by IN (SELECT key FROM nodes)
    """)

  /// What is under way in some order, whoever holds it.
  static func underWayInOrder(_ connection: any SQLConnection) throws(SQLFailure) -> [Int64] {
    try connection.all(allUnderWay, []) { $0.integer(0) }
  }

  private static let anyOrdered = SQLStatement(
    "SELECT key FROM deliveries WHERE webhook_key = $1 AND order_key IS NOT NULL AND state IN (0, 1, 5) LIMIT 1")

  /// Whether a webhook has ordered deliveries that are open or held.
  static func hasOrdered(_ webhook: WebhookID, _ connection: any SQLConnection) throws(SQLFailure) -> Bool {
    try connection.first(anyOrdered, [.key(webhook.value)]) { _ in true } != nil
  }
}
