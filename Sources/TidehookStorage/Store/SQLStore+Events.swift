// Appends events with their deliveries, and tells repeats and contradictions from new ones.

public import TidehookCore

extension SQLStore: EventStore {
  /// Commits events and their deliveries, all in one transaction, and returns when they are on disk.
  public func append(_ events: [NewEvent]) async throws(StoreError) -> [AppendResult] {
    let weight = events.reduce(0) { $0 + $1.weight }
    // Encoded here, on the caller's thread: the writer's time is everybody's.
    let rows = events.map { EventRows($0, node: node) }
    return try await writer.write("cannot store \(events.count) events", .offered, weight: weight) {
      [late, counts = writer.counts] connection in
      let results = try Self.append(rows, connection)
      try late.note(rows, results, after: counts.commits, connection)
      return results
    }
  }

  /// Writes events and their deliveries into the transaction that is under way.
  static func append(_ rows: [EventRows], _ connection: any SQLConnection) throws(SQLFailure) -> [AppendResult] {
    var results: [AppendResult] = []
    results.reserveCapacity(rows.count)
    for row in rows { results.append(try append(row, connection)) }
    return results
  }

  private static let insertEvent = SQLStatement(
    """
    INSERT INTO events (key, entropy, id, idempotency_key, type, namespace, timestamp_us, accepted_at_us, payload, trace)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
    """)
  fileprivate static let insertDelivery = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger, due_at_us, leased_by,
      created_at_us, updated_at_us)
    VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $8, $9, $9)
    """)
  /// The same for a webhook that collects.
  fileprivate static let insertCollected = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger, due_at_us, leased_by,
      created_at_us, updated_at_us, batch_key)
    VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $8, $9, $9, '')
    """)

  private static func append(_ rows: EventRows, _ connection: any SQLConnection) throws(SQLFailure) -> AppendResult {
    guard try connection.execute(insertEvent, rows.event) == 1 else { return try compare(rows.source, connection) }
    for delivery in rows.deliveries { try connection.execute(delivery.statement, delivery.values) }
    return .stored
  }

  private static let eventWithID = SQLStatement(
    "SELECT key, id, type, namespace, timestamp_us, payload, erased_at_us FROM events WHERE id = $1")
  private static let eventWithIdempotencyKey = SQLStatement(
    "SELECT key, id, type, namespace, timestamp_us, payload, erased_at_us FROM events WHERE idempotency_key = $1")
  private static let deliveryCount = SQLStatement("SELECT COUNT(*) FROM deliveries WHERE event_key = $1")

  /// What an event is that cannot be inserted: its id, else its idempotency key, belongs to another one.
  private static func compare(_ new: NewEvent, _ connection: any SQLConnection) throws(SQLFailure) -> AppendResult {
    func answer(_ row: any SQLRow) -> (key: Int64, id: EventID, isSame: Bool, isErased: Bool) {
      let isSame =
        row.text(2) == new.event.type.name && row.text(3) == new.event.namespace.name
        && (!new.hasOwnTimestamp || row.time(4) == new.event.timestamp)
        && EventData.slice(of: row.bytes(5)) == EventData.slice(of: new.event.payload)
      return (row.integer(0), EventID(stored: row.text(1)), isSame, !row.isNull(6))
    }
    var known = try connection.first(eventWithID, [.text(new.event.id.rawValue)], answer)
    if known == nil, let key = new.idempotencyKey {
      known = try connection.first(eventWithIdempotencyKey, [.text(key)], answer)
    }
    guard let known else { throw SQLFailure(.other, "the row key of event \(new.event.id) belongs to another event") }
    // Nothing is kept that could tell whether the content is the same: a digest of a short text gives it away.
    guard !known.isErased else { return .erased(known.id) }
    guard known.isSame else { return .conflict(with: known.id) }
    let count = try connection.first(deliveryCount, [.integer(known.key)]) { Int($0.integer(0)) }
    return .duplicate(of: known.id, deliveries: count ?? 0)
  }
}

extension NewEvent {
  /// Roughly how many bytes it writes.
  var weight: Int { event.payload.count + 256 * (1 + deliveries.count) }
}

/// An event and its deliveries as the values of their rows.
struct EventRows: Sendable {
  let source: NewEvent
  let event: [SQLValue]
  let deliveries: [DeliveryRow]

  init(_ new: NewEvent, node: Int64) {
    let event = new.event
    self.source = new
    self.event = [
      .key(event.key), .entropy(event.key), .text(event.id.rawValue), SQLValue(new.idempotencyKey), .text(event.type.name),
      .text(event.namespace.name), .time(event.timestamp), .time(event.acceptedAt), .bytes(event.payload), SQLValue(event.trace?.stored),
    ]
    self.deliveries = new.deliveries.map { DeliveryRow($0, of: event, node: node) }
  }
}

/// A delivery as the values of its row.
struct DeliveryRow: Sendable {
  /// What inserts it; an ordered row has an order key in the place of who leases it.
  let statement: SQLStatement
  let values: [SQLValue]

  init(_ delivery: NewDelivery, of event: Event, node: Int64) {
    let isOpen = delivery.state.isOpen
    let lease: SQLValue = isOpen && delivery.isLeased ? .integer(node) : .null
    statement =
      delivery.isBatched ? SQLStore.insertCollected : delivery.orderKey == nil ? SQLStore.insertDelivery : SQLStore.insertOrderedDelivery
    values = [
      .key(delivery.id.value), .entropy(delivery.id.value), .key(event.key), .key(delivery.webhook.value),
      .integer(delivery.state.code), delivery.state == .held ? .text("the webhook is inactive") : .null,
      isOpen ? .time(event.acceptedAt) : .null, delivery.orderKey.map { .integer($0) } ?? lease, .time(event.acceptedAt),
    ]
  }
}
