// Finds what a replay is about: a bounded number of rows at a time, read beside the writer.

public import TidehookCore

extension SQLStore {
  /// How many rows one search looks at: a few milliseconds of reading.
  private static let searchedRows = 1000

  /// Looks for deliveries of a part behind its position, and up to the replay's own key.
  public func search(
    _ part: ReplayPart, of request: ReplayRequest, for webhook: Webhook, upTo end: Int64, limit: Int
  ) async throws(StoreError) -> ReplayFinding {
    let range = KeyRange(
      after: max(part.position, request.since.map { KeyTime.lowerBound($0) - 1 } ?? 0),
      upTo: min(end, request.until.map { KeyTime.upperBound($0) } ?? .max))
    return try await read("search for deliveries of \(webhook.id)") { connection throws(SQLFailure) in
      switch part.kind {
      case .deliveries: try Self.deliveries(request, webhook.id, range, limit, connection)
      case .missing: try Self.missing(request, webhook, range, limit, connection)
      }
    }
  }

  /// Which keys to look at.
  private struct KeyRange {
    let after: Int64
    let upTo: Int64

    /// What a search found that looked at `rows` of this range, in order.
    func finding(_ candidates: [ReplayCandidate], limit: Int, lastOf rows: (count: Int, key: Int64?)) -> ReplayFinding {
      guard candidates.count < limit, let last = rows.key else {
        guard let last = candidates.last else { return ReplayFinding(candidates: [], position: max(after, upTo), isAtEnd: true) }
        return ReplayFinding(candidates: candidates, position: last.key.key, isAtEnd: false)
      }
      return ReplayFinding(candidates: candidates, position: last, isAtEnd: rows.count < searchedRows)
    }
  }

  private static func deliveries(
    _ request: ReplayRequest, _ webhook: WebhookID, _ range: KeyRange, _ limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> ReplayFinding {
    var candidates: [ReplayCandidate] = []
    var looked = (count: 0, key: Int64?.none)
    let query = deliveryQuery(request)
    try connection.query(query, [.key(webhook.value), .integer(range.after), .integer(range.upTo), .integer(Int64(searchedRows))]) { row in
      looked = (looked.count + 1, row.integer(0))
      let state = DeliveryState(code: row.integer(2))
      let candidate = ReplayCandidate(
        key: row.id(0), state: state, reason: row.drop(3, in: state)?.reason, eventID: EventID(stored: row.text(4)),
        type: EventType(stored: row.text(5)), namespace: Namespace(stored: row.text(6)), at: row.time(7),
        failure: row.optionalText(11).flatMap(FailureKind.init))
      if row.isNull(8), row.isNull(9), request.wants(candidate, failure: row.optionalText(10)) { candidates.append(candidate) }
      return candidates.count < limit
    }
    return range.finding(candidates, limit: limit, lastOf: looked)
  }

  /// Reads deliveries in the order of their keys: over the index of failures or that of what ended where it knows all states, else over that
  /// of the webhook.
  private static func deliveryQuery(_ request: ReplayRequest) -> SQLStatement {
    let bounds = "key > $2 AND key <= $3 ORDER BY key LIMIT $4"
    let ended = request.states.filter { !$0.isOpen && $0 != .delivered }
    var keys = "SELECT key FROM deliveries WHERE webhook_key = $1 AND \(bounds)"
    if ended.count == request.states.count {
      keys = ended.map { state in
        "SELECT key FROM (SELECT key FROM deliveries WHERE webhook_key = $1 AND \(DeliveryState.ended("\(state.code)", of: "")) AND \(bounds)) s"
      }.joined(separator: " UNION ALL ")
    }
    if let failure = request.failure {
      // Other states have none.
      let states = [DeliveryState.dead, .retrying].filter(request.states.contains)
      let parts = states.map { "state = \($0.code) AND failure IS NOT NULL AND failure = '\(failure.rawValue)' AND \(bounds)" }
      keys = parts.map { "SELECT key FROM (SELECT key FROM deliveries WHERE webhook_key = $1 AND \($0)) s" }.joined(
        separator: " UNION ALL ")
      if parts.isEmpty { keys = "SELECT key FROM deliveries WHERE webhook_key = $1 AND 1 = 0 AND \(bounds)" }
    }
    let failure = AttemptKeys.last("failure_kind || ': ' || COALESCE(failure_message, '')")
    return SQLStatement(
      once: """
        SELECT d.key, d.entropy, d.state, d.reason, e.id, e.type, e.namespace, d.created_at_us, d.leased_by, e.erased_at_us,
          \(request.error == nil ? "NULL" : failure), d.failure
        FROM (\(keys)) k CROSS JOIN deliveries d CROSS JOIN events e
        WHERE d.key = k.key AND e.key = d.event_key ORDER BY d.key LIMIT $4
        """)
  }

  private static let hasDelivery = SQLStatement("SELECT 1 FROM deliveries WHERE event_key = $1 AND webhook_key = $2 LIMIT 1")

  private static func missing(
    _ request: ReplayRequest, _ webhook: Webhook, _ range: KeyRange, _ limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> ReplayFinding {
    var wanted: [ReplayCandidate] = []
    var looked = (count: 0, key: Int64?.none)
    let (query, arguments) = eventQuery(in: request.namespace ?? webhook.namespace, range)
    try connection.query(query, arguments) { row in
      looked = (looked.count + 1, row.integer(0))
      let event = ReplayCandidate(
        key: row.id(0), state: nil, eventID: EventID(stored: row.text(2)), type: EventType(stored: row.text(3)),
        namespace: Namespace(stored: row.text(4)), at: row.time(5))
      if row.isNull(6), request.wantsMissing(event, for: webhook) { wanted.append(event) }
      return true
    }
    var candidates: [ReplayCandidate] = []
    for event in wanted where candidates.count < limit {
      let isThere = try connection.first(hasDelivery, [.key(event.key), .key(webhook.id.value)]) { _ in true }
      if isThere == nil { candidates.append(try ordered(event, by: webhook, connection)) }
    }
    return range.finding(candidates, limit: limit, lastOf: looked)
  }

  private static let wholeEvent = SQLStatement("SELECT \(eventColumns) FROM events e WHERE e.key = $1")

  /// The candidate with what its order depends on, which may be anywhere in the event.
  private static func ordered(
    _ candidate: ReplayCandidate, by webhook: Webhook, _ connection: any SQLConnection
  ) throws(SQLFailure) -> ReplayCandidate {
    guard webhook.ordering != .unordered, webhook.batch == nil else { return candidate }
    var candidate = candidate
    candidate.orderKey = try connection.first(wholeEvent, [.key(candidate.key)]) { webhook.ordering.key(of: $0.event(0)) } ?? nil
    return candidate
  }

  /// Reads events in the order of their keys, those of one namespace over its index.
  private static func eventQuery(in namespace: Namespace?, _ range: KeyRange) -> (SQLStatement, [SQLValue]) {
    var conditions = Conditions()
    conditions.add("e.namespace = ?", namespace.map { .text($0.name) })
    conditions.add("e.key > ?", .integer(range.after))
    conditions.add("e.key <= ?", .integer(range.upTo))
    let maximum = conditions.parameter(.integer(Int64(searchedRows)))
    let query = SQLStatement(
      once: """
        SELECT e.key, e.entropy, e.id, e.type, e.namespace, e.accepted_at_us, e.erased_at_us
        FROM events e \(conditions.clause) ORDER BY e.key LIMIT \(maximum)
        """)
    return (query, conditions.arguments)
  }
}
