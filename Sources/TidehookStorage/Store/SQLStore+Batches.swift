// Puts deliveries that are collected into their groups; what is claimed of them is in SQLStore+BatchClaims.swift.

public import TidehookCore

extension SQLStore: BatchStore {
  /// The sign keeps SQLite from the index of all that is due, of which these are the last.
  private static let unsortedDeliveries = SQLStatement(
    """
    SELECT \(dueColumns) FROM deliveries d JOIN events e ON e.key = d.event_key
    WHERE d.webhook_key = $1 AND d.batch_key = '' AND d.due_at_us IS NOT NULL AND d.due_at_us <= $2 AND +d.leased_by IS NULL
    ORDER BY d.key LIMIT $3
    """)

  /// Deliveries of a webhook that are due to be looked at, oldest first; at least one when there is one, however large.
  public func unsorted(
    _ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int
  ) async throws(StoreError) -> [DueDelivery] {
    try await read("list what \(webhook) collects") { connection throws(SQLFailure) in
      var found: [DueDelivery] = []
      var bytes = 0
      try connection.query(Self.unsortedDeliveries, [.key(webhook.value), .time(now), .integer(Int64(limit))]) { row in
        let delivery = row.dueDelivery(of: webhook)
        bytes += delivery.event.payload.count
        guard found.isEmpty || bytes <= maxBytes else { return false }
        found.append(delivery)
        return true
      }
      return found
    }
  }

  private static let putIntoGroup = SQLStatement(
    """
    UPDATE deliveries SET batch_key = $1, due_at_us = $2, earlier_attempts = attempt_count
    WHERE key = $3 AND batch_key = '' AND due_at_us IS NOT NULL AND leased_by IS NULL
    """)
  private static let finishUnsorted = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, failure = $3, attempt_count = COALESCE($4, attempt_count),
      next_trigger = COALESCE($5, next_trigger), due_at_us = $6, updated_at_us = $7
    WHERE key = $8 AND batch_key = '' AND due_at_us IS NOT NULL AND leased_by IS NULL
    """)

  /// Puts deliveries into their groups, or writes what became of them; one that changed meanwhile stays as it is.
  /// - Returns: those of which an outcome was written.
  @discardableResult
  public func collect(_ deliveries: [CollectedDelivery]) async throws(StoreError) -> Set<DeliveryID> {
    let node = node
    return try await writer.write("cannot collect \(deliveries.count) deliveries", weight: 128 * deliveries.count) { connection in
      var ended: Set<DeliveryID> = []
      for delivery in deliveries {
        switch delivery.outcome {
        case .waits(let group, let due):
          try connection.execute(Self.putIntoGroup, [.text(group.rawValue), .time(due), .integer(delivery.id.key)])
        case .attempted(let completed):
          let change = Self.values(of: completed, node).dropLast()
          guard try connection.execute(Self.finishUnsorted, Array(change)) == 1 else { continue }
          ended.insert(completed.id)
          if let attempt = completed.attempt { try connection.execute(Self.insertAttempt, Self.values(of: attempt, completed.id.key)) }
        }
      }
      return ended
    }
  }

  private static let lastOfFull = SQLStatement(
    "SELECT 1 FROM deliveries WHERE webhook_key = $1 AND batch_key = $2 AND due_at_us IS NOT NULL LIMIT 1 OFFSET $3")
  private static let fullGroups = SQLStatement(
    """
    SELECT batch_key FROM deliveries WHERE webhook_key = $1 AND batch_key >= '-' AND due_at_us IS NOT NULL
    GROUP BY batch_key HAVING COUNT(*) >= $2
    """)

  /// What is full, of these groups or of all, and what is due next.
  public func outlook(
    of webhook: WebhookID, in groups: Set<BatchGroup>?, maxEvents: Int
  ) async throws(StoreError) -> BatchOutlook {
    try await read("count what \(webhook) collected") { connection throws(SQLFailure) in
      var full: [BatchGroup] = []
      if let groups {
        for group in groups where try Self.isFull(group, of: webhook, maxEvents, connection) { full.append(group) }
      } else {
        full = try connection.all(Self.fullGroups, [.key(webhook.value), .integer(Int64(maxEvents))]) { BatchGroup(rawValue: $0.text(0)) }
      }
      return BatchOutlook(full: full, nextDue: try connection.first(Self.nextDue, [.key(webhook.value)]) { $0.time(0) })
    }
  }

  /// Whether a group has as many members as a batch holds.
  static func isFull(
    _ group: BatchGroup, of webhook: WebhookID, _ maxEvents: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Bool {
    let arguments: [SQLValue] = [.key(webhook.value), .text(group.rawValue), .integer(Int64(maxEvents - 1))]
    return try connection.first(lastOfFull, arguments) { _ in true } ?? false
  }

  /// The bound of the keys is in the index: rows that were made later are not even read.
  private static let collectedBefore = SQLStatement(
    """
    SELECT key FROM deliveries WHERE webhook_key = $1 AND batch_key >= '-' AND due_at_us IS NOT NULL AND key <= $2 AND +leased_by IS NULL
      AND created_at_us < $3 LIMIT $4
    """)
  private static let unsortOne = SQLStatement(
    """
    UPDATE deliveries SET batch_key = '', due_at_us = created_at_us
    WHERE key = $1 AND batch_key >= '-' AND due_at_us IS NOT NULL AND leased_by IS NULL
    """)

  /// Has up to `limit` waiting deliveries looked at again; they are looked for beside the writer.
  public func unsort(_ webhook: WebhookID, madeBefore time: Timestamp?, limit: Int) async throws(StoreError) -> Int {
    let last = time.map(KeyTime.upperBound) ?? .max
    let end = time.map(SQLValue.time) ?? .integer(.max)
    let arguments: [SQLValue] = [.key(webhook.value), .integer(last), end, .integer(Int64(limit))]
    let keys = try await read("list what \(webhook) collected") { connection throws(SQLFailure) in
      try connection.all(Self.collectedBefore, arguments) { $0.integer(0) }
    }
    guard !keys.isEmpty else { return 0 }
    try await writer.write("cannot collect anew what \(webhook) collected", weight: 128 * keys.count) { connection in
      for key in keys { try connection.execute(Self.unsortOne, [.integer(key)]) }
    }
    return keys.count
  }

  private static let withCollected = SQLStatement(
    """
    SELECT w.key, w.entropy FROM webhooks w WHERE EXISTS (
      SELECT 1 FROM deliveries d WHERE d.webhook_key = w.key AND d.batch_key >= '-' AND d.due_at_us IS NOT NULL)
    """)

  /// The webhooks for which something waits that was collected.
  public func collecting() async throws(StoreError) -> Set<WebhookID> {
    try await read("list who collects") { connection throws(SQLFailure) in
      Set(try connection.all(Self.withCollected, []) { WebhookID($0.id(0)) })
    }
  }
}
