// Shows what happened: single records, and lists by key, newest first, each over an index that knows their order.

public import TidehookCore

extension SQLStore: History {
  private static let oneEvent = SQLStatement("SELECT \(eventColumns) FROM events e WHERE e.id = $1")
  private static let oneDelivery = SQLStatement(
    """
    SELECT \(deliveryColumns), w.namespace FROM deliveries d JOIN events e ON e.key = d.event_key JOIN webhooks w ON w.key = d.webhook_key
    WHERE d.key = $1 AND d.entropy = $2
    """)
  private static let eventOfDelivery = SQLStatement(
    "SELECT \(eventColumns) FROM events e WHERE e.key = (SELECT event_key FROM deliveries WHERE key = $1)")
  private static let attemptsOfDelivery = SQLStatement(
    "SELECT \(attemptColumns) FROM attempts WHERE delivery_key = $1 ORDER BY key DESC LIMIT $2")
  /// Those of a delivery by itself, and those of its batch, which are stored once.
  private static let attemptsOfMember = SQLStatement(
    """
    SELECT \(attemptColumns), dropped FROM attempts WHERE key IN (\(AttemptKeys.of("$1", batch: "$2", entropy: "$3")))
    ORDER BY key DESC LIMIT $4
    """)

  /// One event.
  public func event(_ id: EventID) async throws(StoreError) -> Event? {
    try await read("read event \(id)") { connection throws(SQLFailure) in
      try connection.first(Self.oneEvent, [.text(id.rawValue)]) { $0.event(0) }
    }
  }

  /// Events, newest first, older than `cursor` (an event's key); the one whose payload brings their sum to `maxBytes` is the last.
  public func events(_ filter: EventFilter, before cursor: Int64?, limit: Int, maxBytes: Int) async throws(StoreError) -> [Event] {
    var conditions = Conditions()
    conditions.add("e.type = ?", filter.type.map { .text($0.name) })
    conditions.add("e.namespace = ?", filter.namespace.map { .text($0.name) })
    if let keys = filter.keys { conditions.add("e.key", isOneOf: keys.map(SQLValue.integer)) }
    conditions.addTimes(key: "e.key", time: "e.accepted_at_us", since: filter.since, until: filter.until)
    conditions.add("e.key < ?", cursor.map(SQLValue.integer))
    let maximum = conditions.addNewest(limit, of: filter.namespaces)
    let query = SQLStatement(once: "SELECT \(eventColumns) FROM events e \(conditions.clause) ORDER BY e.key DESC LIMIT \(maximum)")
    let arguments = conditions.arguments
    return try await read("list events") { connection throws(SQLFailure) in
      var events: [Event] = []
      var bytes = 0
      try connection.query(query, arguments) { row in
        let event = row.event(0)
        bytes += event.payload.count
        events.append(event)
        return bytes < maxBytes
      }
      return events
    }
  }

  /// One delivery, its event and its newest attempts in order, within the bounds of ``DeliveryRecord``.
  public func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryRecord? {
    try await read("read delivery \(id)") { connection throws(SQLFailure) in
      let found = try connection.first(Self.oneDelivery, [.key(id.value), .entropy(id.value)]) { ($0.delivery(), $0.optionalText(16)) }
      guard let (delivery, namespace) = found, let event = try connection.first(Self.eventOfDelivery, [.key(id.value)], { $0.event(0) })
      else { return nil }
      var record = try Self.record(delivery, event, connection)
      record.webhookNamespace = namespace.map(Namespace.init(stored:))
      return record
    }
  }

  /// Adds the attempts, which are read one by one, newest first, so that no more than what is shown is ever in memory.
  private static func record(
    _ delivery: Delivery, _ event: Event, attempts limit: Int = DeliveryRecord.maximumAttempts, _ connection: any SQLConnection
  ) throws(SQLFailure) -> DeliveryRecord {
    var record = DeliveryRecord(delivery: delivery, event: event, attempts: [])
    var bytes = 0
    let most = SQLValue.integer(Int64(limit))
    let batch = delivery.batch.map { [SQLValue.key($0.value), .entropy($0.value)] }
    let arguments: [SQLValue] = [.key(delivery.id.value)] + (batch ?? []) + [most]
    try connection.query(batch == nil ? attemptsOfDelivery : attemptsOfMember, arguments) { row in
      let isAbridged = bytes >= DeliveryRecord.maximumBytes
      var attempt = isAbridged ? row.abridgedAttempt() : row.attempt()
      if batch != nil, let drop = row.optionalText(23).flatMap({ DropsText.drop(of: delivery.id, in: $0) }) {
        attempt = attempt.droppingOut(drop)
      }
      if isAbridged { record.abridged.insert(attempt.id) }
      bytes += attempt.shownBytes(payload: event.payload)
      record.attempts.append(attempt)
      return true
    }
    record.attempts.sort { ($0.number, $0.id.key) < ($1.number, $1.id.key) }
    return record.explained
  }

  /// Deliveries with their events, each with its last attempt alone, in order; the one that brings them to `maxBytes` is the last.
  public func lastAttempts(of deliveries: [DeliveryID], maxBytes: Int) async throws(StoreError) -> [DeliveryRecord] {
    try await read("read deliveries") { connection throws(SQLFailure) in
      var records: [DeliveryRecord] = []
      var bytes = 0
      for id in deliveries where bytes < maxBytes {
        let found = try connection.first(Self.oneDelivery, [.key(id.value), .entropy(id.value)]) { $0.delivery() }
        guard let found, let event = try connection.first(Self.eventOfDelivery, [.key(id.value)], { $0.event(0) }) else { continue }
        let record = try Self.record(found, event, attempts: 1, connection)
        bytes += record.attempts.reduce(event.payload.count) { $0 + $1.shownBytes(payload: event.payload) }
        records.append(record)
      }
      return records
    }
  }

  private static let one = SQLStatement("SELECT 1")
  private static let touchNode = SQLStatement("UPDATE nodes SET started_at_us = started_at_us WHERE key = $1")

  /// Fails when the store cannot be read or written now: it commits a write.
  public func checkHealth() async throws(StoreError) {
    let node = node
    try await writer.write("cannot write") { connection in
      _ = try connection.execute(Self.touchNode, [.integer(node)])
    }
    _ = try await read("read") { connection throws(SQLFailure) in
      try connection.first(Self.one, []) { $0.integer(0) }
    }
  }
}

extension DeliveryRecord {
  /// The same with the delivery's reason at an attempt that was recorded before attempts kept it.
  fileprivate var explained: DeliveryRecord {
    guard delivery.state == .filtered, let last = attempts.last, last.drop == nil, last.failure == nil, last.request == nil,
      !abridged.contains(last.id), let reason = delivery.reason
    else { return self }
    var record = self
    record.attempts[attempts.count - 1].drop = PipelineDrop(reason, by: delivery.droppedBy)
    return record
  }
}

extension Conditions {
  /// Events of these namespaces: each namespace's newest by the index that knows their order, so that nothing else is read. All other
  /// conditions are there already.
  /// - Parameter limit: how many are wanted.
  /// - Returns: the parameter of the limit.
  fileprivate mutating func addNewest(_ limit: Int, of namespaces: [Namespace]?) -> String {
    guard let namespaces, !namespaces.isEmpty else {
      if namespaces != nil { add("1 = 0") }
      return parameter(.integer(Int64(limit)))
    }
    let others = clause.isEmpty ? "WHERE" : clause + " AND"
    // Parameters are numbered in the order in which they first stand in the text.
    let names = [parameter(.text(namespaces[0].name))]
    let maximum = parameter(.integer(Int64(limit)))
    let parts = (names + namespaces.dropFirst().map { parameter(.text($0.name)) }).map { name in
      "SELECT key FROM (SELECT e.key FROM events e \(others) e.namespace = \(name) ORDER BY e.key DESC LIMIT \(maximum)) n"
    }
    add("e.key IN (\(parts.joined(separator: " UNION ALL ")))")
    return maximum
  }

  /// Rows from `since` to before `until`: exact by their time, found by their key.
  mutating func addTimes(key: String, time: String, since: Timestamp?, until: Timestamp?) {
    add("\(key) >= ?", since.map { .integer(KeyTime.lowerBound($0)) })
    add("\(time) >= ?", since.map { .time($0) })
    add("\(key) <= ?", until.map { .integer(KeyTime.upperBound($0)) })
    add("\(time) < ?", until.map { .time($0) })
  }
}
