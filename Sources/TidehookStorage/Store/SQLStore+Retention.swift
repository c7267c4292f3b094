// Finds and removes what has been kept for long enough: a bounded number of rows at a time, found over indexes and beside the writer.

import Synchronization
public import TidehookCore

extension SQLStore: RetentionStore {
  private static let nextNamespace = SQLStatement(
    "SELECT namespace FROM events WHERE namespace > $1 ORDER BY namespace LIMIT 1")

  /// The first namespace behind another one that has events.
  public func namespace(after namespace: Namespace?) async throws(StoreError) -> Namespace? {
    try await read("list namespaces") { connection throws(SQLFailure) in
      try connection.first(Self.nextNamespace, [.text(namespace?.name ?? "")]) { Namespace(stored: $0.text(0)) }
    }
  }

  private static let oldestOfNamespace = SQLStatement(
    """
    SELECT key, accepted_at_us FROM events WHERE namespace = $1 AND key > $2 AND key <= $3 ORDER BY key LIMIT $4
    """)
  private static let oldest = SQLStatement(
    "SELECT key, accepted_at_us FROM events WHERE key > $1 AND key <= $2 ORDER BY key LIMIT $3")
  /// One that was cancelled while it was under way is not done with.
  private static let deliveriesOfEvent = SQLStatement(
    """
    SELECT key, CASE WHEN state = 6 AND leased_by IS NOT NULL THEN 0 ELSE state END, updated_at_us FROM deliveries WHERE event_key = $1
    """)

  /// How many deliveries a look reads before it ends: as many as the largest step removes, twice over.
  private static let lookedAtDeliveries = 2 * SweepPace(slowest: SweepPace.fastest).rows

  /// The oldest events behind a key, each with its deliveries.
  public func oldestEvents(
    in namespace: Namespace?, after key: Int64, accepted: Timestamp?, limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    let last = accepted.map(KeyTime.upperBound) ?? .max
    let bounds: [SQLValue] = [.integer(key), .integer(last), .integer(Int64(limit))]
    let arguments = (namespace.map { [SQLValue.text($0.name)] } ?? []) + bounds
    return try await read("list old events") { connection throws(SQLFailure) in
      var events = try connection.all(namespace == nil ? Self.oldest : Self.oldestOfNamespace, arguments) { row in
        StoredEvent(key: row.integer(0), acceptedAt: row.time(1), deliveries: [])
      }
      var (read, count) = (0, 0)
      while read < events.count, count < Self.lookedAtDeliveries {
        events[read].deliveries = try Self.deliveries(of: events[read].key, connection)
        count += events[read].deliveries.count
        read += 1
      }
      return Array(events.prefix(read))
    }
  }

  private static func deliveries(of event: Int64, _ connection: any SQLConnection) throws(SQLFailure) -> [StoredEvent.Delivery] {
    try connection.all(deliveriesOfEvent, [.integer(event)]) { row in
      StoredEvent.Delivery(key: row.integer(0), state: DeliveryState(code: row.integer(1)), updatedAt: row.time(2))
    }
  }

  /// After how many bytes of payloads a transaction ends, too, when it is not in a hurry; else after as many as one that accepts takes.
  private static func settledBytes(_ rows: Int) -> Int64 { rows > SweepPace.steadyRows ? 8 << 20 : 4 << 20 }
  private static let payloadBytes = SQLStatement("SELECT LENGTH(payload) FROM events WHERE key = $1")

  /// Does with some events what `verdict` says of each as it is now.
  public func settle(
    _ events: [StoredEvent], at now: Timestamp, rows limit: Int, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws(StoreError) -> (removed: RemovedContent, settled: Int) {
    let done = try await writer.write("cannot remove old events", weight: 64 << 10) { connection in
      var removed = RemovedContent()
      var settled = 0
      var bytes: Int64 = 0
      for event in events {
        let rows = removed.events + removed.deliveries + removed.attempts + removed.expired
        guard rows < limit && bytes < Self.settledBytes(limit) else { break }
        var current = event
        current.deliveries = try Self.deliveries(of: event.key, connection)
        switch verdict(current) {
        case .keep: settled += 1
        case .expire(let keys):
          for key in keys { try Self.expire(key, at: now, connection) }
          removed.expired += keys.count
          settled += 1
        case .remove:
          bytes += try connection.first(Self.payloadBytes, [.integer(event.key)]) { $0.integer(0) } ?? 0
          if try Self.remove(current, atMost: limit - rows, &removed, connection) { settled += 1 }
        }
      }
      return (removed: removed, settled: settled)
    }
    changes.withLock { $0.removed.add(done.removed) }
    return done
  }

  private static let expiredReason = "it was held for longer than the retention allows"
  private static let expireOne = SQLStatement(
    "UPDATE deliveries SET state = 6, reason = $1, updated_at_us = $2 WHERE key = $3 AND state = 5")

  private static func expire(_ key: Int64, at now: Timestamp, _ connection: any SQLConnection) throws(SQLFailure) {
    try connection.execute(expireOne, [.text(expiredReason), .time(now), .integer(key)])
    try passTurn(of: key, at: now, connection)
  }

  private static let batchOfDelivery = SQLStatement(
    "SELECT batch_id, batch_entropy FROM deliveries WHERE key = $1 AND batch_id IS NOT NULL")
  /// Those of a batch belong to all its deliveries, and stay as long as one of them is there.
  private static let removeAttempts = SQLStatement("DELETE FROM attempts WHERE delivery_key = $1 AND batch_entropy IS NULL")
  private static let removeDelivery = SQLStatement("DELETE FROM deliveries WHERE key = $1")
  private static let removeBatchAttempts = SQLStatement(
    """
    DELETE FROM attempts WHERE delivery_key = $1 AND batch_entropy = $2 AND NOT EXISTS (
      SELECT 1 FROM deliveries d WHERE d.batch_id IS NOT NULL AND d.batch_id = $1 AND d.batch_entropy = $2)
    """)
  private static let removeEvent = SQLStatement("DELETE FROM events WHERE key = $1")

  /// Removes an event with all that belongs to it, or as many of its deliveries as there is room for.
  /// - Returns: whether all of it is gone.
  private static func remove(
    _ event: StoredEvent, atMost rows: Int, _ removed: inout RemovedContent, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Bool {
    let before = removed.deliveries + removed.attempts
    for delivery in event.deliveries {
      guard removed.deliveries + removed.attempts - before < rows else { return false }
      let batch = try connection.first(batchOfDelivery, [.integer(delivery.key)]) { row in
        [SQLValue.integer(row.integer(0)), .integer(row.integer(1))]
      }
      removed.attempts += try connection.execute(removeAttempts, [.integer(delivery.key)])
      removed.deliveries += try connection.execute(removeDelivery, [.integer(delivery.key)])
      if let batch { removed.attempts += try connection.execute(removeBatchAttempts, batch) }
    }
    removed.events += try connection.execute(removeEvent, [.integer(event.key)])
    return true
  }

  // MARK: Requests of sources

  private static let oldestRequests = SQLStatement(
    "SELECT key, source_key, state, kept_bytes FROM source_requests WHERE key < $1 ORDER BY key LIMIT $2")
  private static let removeRequest = SQLStatement("DELETE FROM source_requests WHERE key = $1")
  private static let uncountRequest = SQLStatement(
    "UPDATE source_counts SET requests = requests - 1, bytes = bytes - $1 WHERE source_key = $2 AND state = $3")

  /// Removes the oldest requests of sources that came before a time.
  public func removeReceipts(before time: Timestamp, limit: Int) async throws(StoreError) -> RemovedContent {
    let end = SQLValue.integer(KeyTime.lowerBound(time))
    let removed = try await writer.write("cannot remove old requests", weight: 64 << 10) { connection in
      let rows = try connection.all(Self.oldestRequests, [end, .integer(Int64(limit))]) { row in
        (key: row.integer(0), counted: [SQLValue.integer(row.integer(3)), .integer(row.integer(1)), .integer(row.integer(2))])
      }
      for row in rows {
        try connection.execute(Self.removeRequest, [.integer(row.key)])
        try connection.execute(Self.uncountRequest, row.counted)
      }
      var removed = RemovedContent()
      removed.receipts = rows.count
      return removed
    }
    changes.withLock { $0.removed.add(removed) }
    return removed
  }

  // MARK: Space

  /// How much room the database takes.
  public func space() async throws(StoreError) -> StoreSpace? {
    let database = database
    return try await read("measure the database") { connection throws(SQLFailure) in try database.space(connection) }
  }

  /// Gives some free pages back.
  public func shrink(pages: Int) async throws(StoreError) {
    let database = database
    try await writer.write("cannot shrink the database", weight: 4096 * pages) { connection in
      try database.shrink(connection, pages: pages)
    }
  }

  /// How many writes wait for a transaction.
  public var waitingWrites: Int { writer.waiting.count }
}
