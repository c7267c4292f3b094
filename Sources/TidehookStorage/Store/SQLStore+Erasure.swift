// Erases the content of an event and what was derived from it; its source's requests are in SQLStore+ErasedReceipts.swift.

import Synchronization
public import TidehookCore

extension SQLStore: ContentStore {
  /// Erases an event's content in transactions of bounded size, the first of which leaves nothing that could be delivered. Returns when
  /// neither the database nor its log holds any of it.
  public func eraseContent(
    of id: EventID, at now: Timestamp, whenCancelled: @Sendable ([WebhookID]) -> Void
  ) async throws(StoreError) -> ErasedContent? {
    let first = try await eraseEvent(id, at: now)
    guard let first else { return nil }
    whenCancelled(first.cancelled)
    var last: Int64? = .min
    while let key = last { last = try await eraseAttempts(of: first.key, after: key) }
    try await eraseReceipts(of: id, at: now)
    do throws(SQLFailure) {
      try await database.emptyLog()
    } catch {
      throw error.storeError("cannot overwrite what was erased of event \(id)")
    }
    if first.isNew { changes.withLock { $0.erased += 1 } }
    return first.content
  }

  /// The reason of what is cancelled because its content was erased.
  static let erasedReason = "the content of the event was erased"

  private struct Unfinished {
    let key: Int64
    let webhook: WebhookID
    let waitsInOrder: Bool
  }

  private static let oneEventKey = SQLStatement("SELECT key, erased_at_us FROM events WHERE id = $1")
  private static let emptyEvent = SQLStatement(
    "UPDATE events SET payload = $1, erased_at_us = COALESCE(erased_at_us, $2) WHERE key = $3")
  private static let unfinished = SQLStatement(
    """
    SELECT d.key, w.key, w.entropy, d.order_key, d.leased_by FROM deliveries d JOIN webhooks w ON w.key = d.webhook_key
    WHERE d.event_key = $1 AND d.state IN (0, 1, 5)
    """)
  /// What is under way in an order keeps turn and lease until it has ended.
  private static let cancelUnfinished = SQLStatement(
    """
    UPDATE deliveries SET state = 6, reason = $1, updated_at_us = $2,
      due_at_us = CASE WHEN order_key IS NOT NULL AND leased_by IS NOT NULL THEN due_at_us ELSE NULL END,
      leased_by = CASE WHEN order_key IS NOT NULL THEN leased_by ELSE NULL END
    WHERE event_key = $3 AND state IN (0, 1, 5)
    """)
  private static let cancelledFor = SQLStatement(
    """
    SELECT w.key, w.entropy FROM deliveries d JOIN webhooks w ON w.key = d.webhook_key
    WHERE d.event_key = $1 AND d.state = 6 AND d.reason = $2
    """)
  /// Reasons of what was cancelled are ours. Order and group were made of the event's content; who is in a batch stays known.
  private static let emptyDeliveries = SQLStatement(
    """
    UPDATE deliveries SET reason = CASE state WHEN 6 THEN reason ELSE NULL END,
      order_key = CASE WHEN leased_by IS NULL THEN NULL ELSE order_key END,
      batch_key = CASE batch_key WHEN '*' THEN '*' ELSE NULL END
    WHERE event_key = $1
    """)

  private struct ErasedEvent: Sendable {
    let key: Int64
    let isNew: Bool
    let content: ErasedContent
    /// The webhooks of all that this, or an earlier erasure, cancelled.
    let cancelled: [WebhookID]
  }

  private func eraseEvent(_ id: EventID, at now: Timestamp) async throws(StoreError) -> ErasedEvent? {
    try await erase("event \(id)") { connection in
      let known = try connection.first(Self.oneEventKey, [.text(id.rawValue)]) { (key: $0.integer(0), isNew: $0.isNull(1)) }
      guard let known else { return nil }
      try connection.execute(Self.emptyEvent, [.bytes([]), .time(now), .integer(known.key)])
      let open = try connection.all(Self.unfinished, [.integer(known.key)]) { row in
        Unfinished(key: row.integer(0), webhook: WebhookID(row.id(1)), waitsInOrder: !row.isNull(3) && row.isNull(4))
      }
      try connection.execute(Self.cancelUnfinished, [.text(Self.erasedReason), .time(now), .integer(known.key)])
      for delivery in open where delivery.waitsInOrder { try Self.passTurn(of: delivery.key, at: now, connection) }
      try connection.execute(Self.emptyDeliveries, [.integer(known.key)])
      let cancelled = try connection.all(Self.cancelledFor, [.integer(known.key), .text(Self.erasedReason)]) { WebhookID($0.id(0)) }
      return ErasedEvent(
        key: known.key, isNew: known.isNew, content: ErasedContent(webhooks: Array(Set(open.map(\.webhook)))),
        cancelled: Array(Set(cancelled)))
    }
  }

  /// How many deliveries' attempts are erased in one transaction.
  private static let erasedDeliveries = 20
  private static let nextDeliveries = SQLStatement(
    "SELECT key, batch_id, batch_entropy FROM deliveries WHERE event_key = $1 AND key > $2 ORDER BY key LIMIT \(erasedDeliveries)")
  private static let emptied = """
    UPDATE attempts SET request_method = NULL, request_url = NULL, request_headers = NULL, request_body = NULL, response_headers = NULL,
      response_body = NULL, log = NULL, dropped = NULL, failure_message = CASE WHEN failure_kind IS NULL THEN NULL ELSE '\(Attempt.erasedMessage)' END
    """
  private static let emptyAttempts = SQLStatement("\(emptied) WHERE delivery_key = $1")
  private static let emptyBatchAttempts = SQLStatement("\(emptied) WHERE delivery_key = $1 AND batch_entropy = $2")
  /// What went together failed together: the reason of one may quote another.
  static let emptyBatchReasons = SQLStatement(
    "UPDATE deliveries SET reason = NULL WHERE batch_id = $1 AND batch_entropy = $2 AND state IN (1, 2, 3, 4)")

  /// Erases what some deliveries of an event sent and were answered, alone or in a batch.
  /// - Returns: where to go on; `nil` at the end.
  private func eraseAttempts(of event: Int64, after last: Int64) async throws(StoreError) -> Int64? {
    try await erase("attempts") { connection in
      let found = try connection.all(Self.nextDeliveries, [.integer(event), .integer(last)]) { row in
        (key: row.integer(0), batch: row.isNull(1) ? nil : [SQLValue.integer(row.integer(1)), .integer(row.integer(2))])
      }
      for delivery in found {
        try connection.execute(Self.emptyAttempts, [.integer(delivery.key)])
        guard let batch = delivery.batch else { continue }
        try connection.execute(Self.emptyBatchAttempts, batch)
        try connection.execute(Self.emptyBatchReasons, batch)
      }
      return found.count < Self.erasedDeliveries ? nil : found.last?.key
    }
  }

  /// Writes in a transaction in which the database overwrites what it lets go of.
  func erase<Value: Sendable>(
    _ what: String, _ body: @escaping @Sendable (any SQLConnection) throws -> Value
  ) async throws(StoreError) -> Value {
    let overwriting = database.dialect.overwriting
    return try await writer.write("cannot erase \(what)", weight: 64 << 10) { connection in
      if let overwriting { try connection.execute(SQLStatement(once: overwriting.on), []) }
      defer { if let overwriting { _ = try? connection.execute(SQLStatement(once: overwriting.off), []) } }
      return try body(connection)
    }
  }

  // MARK: Outcomes of what was under way

  private static let erasedDelivery = SQLStatement(
    """
    SELECT d.state FROM deliveries d JOIN events e ON e.key = d.event_key WHERE d.key = $1 AND e.erased_at_us IS NOT NULL
    """)
  private static let finishErased = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = CASE $1 WHEN 2 THEN NULL ELSE reason END, attempt_count = attempt_count + $2,
      due_at_us = NULL, leased_by = NULL, updated_at_us = $3
    WHERE key = $4
    """)

  /// Writes how a delivery ended that was under way when its content was erased: that it was answered, and nothing of what was said.
  /// - Parameter state: what came of them; that of the outcome unless given.
  /// - Returns: false, having written nothing, when it is no such delivery.
  static func finishErased(
    _ keys: [Int64], _ completed: CompletedDelivery, as state: DeliveryState? = nil, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Bool {
    var found = false
    for key in keys {
      let known = try connection.first(erasedDelivery, [.integer(key)]) { DeliveryState(code: $0.integer(0)) }
      guard known == .cancelled else { continue }
      let ended: DeliveryState = (state ?? completed.transition.state) == .delivered ? .delivered : .cancelled
      let attempts: Int64 = completed.attempt == nil ? 0 : 1
      try connection.execute(finishErased, [.integer(ended.code), .integer(attempts), .time(completed.at), .integer(key)])
      try leaveOrder(key, at: completed.at, connection)
      found = true
    }
    return found
  }
}
