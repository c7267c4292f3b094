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
    SELECT \(attemptColumns) FROM attempts WHERE key IN (
      SELECT key FROM attempts WHERE delivery_key = $1 AND batch_entropy IS NULL
      UNION ALL SELECT key FROM attempts WHERE delivery_key = $2 AND batch_entropy = $3)
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
      let found = try connection.first(Self.oneDelivery, [.key(id.value), .entropy(id.value)]) { ($0.delivery(), $0.optionalText(15)) }
      guard let (delivery, namespace) = found, let event = try connection.first(Self.eventOfDelivery, [.key(id.value)], { $0.event(0) })
      else { return nil }
      var record = try Self.record(delivery, event, connection)
      record.webhookNamespace = namespace.map(Namespace.init(stored:))
      return record
    }
  }

  /// Adds the attempts, which are read one by one, newest first, so that no more than what is shown is ever in memory.
  private static func record(
    _ delivery: Delivery, _ event: Event, _ connection: any SQLConnection
  ) throws(SQLFailure) -> DeliveryRecord {
    var record = DeliveryRecord(delivery: delivery, event: event, attempts: [])
    var bytes = 0
    let most = SQLValue.integer(Int64(DeliveryRecord.maximumAttempts))
    let batch = delivery.batch.map { [SQLValue.key($0.value), .entropy($0.value)] }
    let arguments: [SQLValue] = [.key(delivery.id.value)] + (batch ?? []) + [most]
    try connection.query(batch == nil ? attemptsOfDelivery : attemptsOfMember, arguments) { row in
      let isAbridged = bytes >= DeliveryRecord.maximumBytes
      let attempt = isAbridged ? row.abridgedAttempt() : row.attempt()
      if isAbridged { record.abridged.insert(attempt.id) }
      bytes += attempt.shownBytes(payload: event.payload)
      record.attempts.append(attempt)
      return true
    }
    record.attempts.sort { ($0.number, $0.id.key) < ($1.number, $1.id.key) }
    return record
  }

  /// Deliveries, newest first, older than `cursor` (a delivery's key).
  public func deliveries(_ filter: DeliveryFilter, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Delivery] {
    var conditions = Conditions()
    conditions.add("d.webhook_key = ?", filter.webhook.map { .key($0.value) })
    conditions.add("w.entropy = ?", filter.webhook.map { .entropy($0.value) })
    conditions.add("e.type = ?", filter.type.map { .text($0.name) })
    conditions.add("d.event_key = (SELECT key FROM events WHERE id = ?)", filter.event.map { .text($0.rawValue) })
    let namespaces = filter.namespaces.map { $0.map { SQLValue.text($0.name) } }
    conditions.add("e.namespace", isOneOf: namespaces)
    conditions.add("w.namespace", isOneOf: namespaces)
    conditions.add("d.state = ?", filter.state.map { .integer($0.code) })
    conditions.addTimes(key: "d.key", time: "d.created_at_us", since: filter.since, until: filter.until)
    conditions.add("d.key < ?", cursor.map(SQLValue.integer))
    let all = conditions
    let scope = filter.webhook == nil && filter.event == nil ? namespaces : nil
    return try await read("list deliveries") { connection throws(SQLFailure) in
      let webhooks = try Self.webhooks(in: scope, connection)
      let lists = Self.lists(all, of: webhooks, in: filter.state, limit: limit)
      var found: [Delivery] = []
      for (query, arguments) in lists { found += try connection.all(query, arguments) { $0.delivery() } }
      if lists.count > 1 { found.sort { $0.id.key > $1.id.key } }
      return Array(found.prefix(limit))
    }
  }

  /// The keys of the webhooks in these namespaces, deleted ones included; `nil` when there are no such limits, or too many webhooks to list
  /// the deliveries of one by one.
  private static func webhooks(in namespaces: [SQLValue]?, _ connection: any SQLConnection) throws(SQLFailure) -> [Int64]? {
    guard let namespaces else { return nil }
    let maximum = 50
    var conditions = Conditions()
    conditions.add("namespace", isOneOf: namespaces)
    let query = SQLStatement(once: "SELECT key FROM webhooks \(conditions.clause) LIMIT \(maximum + 1)")
    let keys = try connection.all(query, conditions.arguments) { $0.integer(0) }
    return keys.count > maximum ? nil : keys
  }

  /// The lists that make up the whole, each over an index that knows its order. Those of a few webhooks are read webhook by webhook: theirs
  /// may be few among very many.
  private static func lists(
    _ conditions: Conditions, of webhooks: [Int64]?, in state: DeliveryState?, limit: Int
  ) -> [(SQLStatement, [SQLValue])] {
    let scopes: [Int64?] = webhooks ?? [nil]
    return scopes.flatMap { webhook in
      parts(of: state).map { part in
        var conditions = conditions
        conditions.add("d.webhook_key = ?", webhook.map(SQLValue.integer))
        part.map { conditions.add($0) }
        let maximum = conditions.parameter(.integer(Int64(limit)))
        return (list(conditions.clause, limit: maximum), conditions.arguments)
      }
    }
  }

  /// What to add so that an index knows the state: one list, or two that make up the whole.
  private static func parts(of state: DeliveryState?) -> [String?] {
    switch state {
    case nil, .delivered: [nil]
    case .pending, .retrying:
      ["d.due_at_us IS NOT NULL AND d.leased_by IS NULL", "d.due_at_us IS NOT NULL AND d.leased_by IN (SELECT key FROM nodes)"]
    case .filtered, .dead, .held, .cancelled: ["d.state >= 3"]
    }
  }

  /// `CROSS JOIN` has SQLite read deliveries first, in key order: it must not sort all of a common type's events to show a page.
  private static func list(_ clause: String, limit: String) -> SQLStatement {
    let joined = clause.isEmpty ? "WHERE" : clause + " AND"
    return SQLStatement(
      once: """
        SELECT \(deliveryColumns) FROM deliveries d CROSS JOIN events e CROSS JOIN webhooks w
        \(joined) e.key = d.event_key AND w.key = d.webhook_key ORDER BY d.key DESC LIMIT \(limit)
        """)
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
