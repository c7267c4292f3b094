// Groups deliveries by webhook and cause, each found and counted in an index, and none counted further than is told.

public import TidehookCore

extension SQLStore {
  /// Deliveries by webhook and cause.
  public func groups(_ filter: DeliveryGroupFilter) async throws(StoreError) -> DeliveryGroups {
    try await read("group deliveries") { connection throws(SQLFailure) in
      let most = DeliveryGroups.maximumCount
      let (causes, isCut) = try Self.causes(filter, upTo: most + 1, connection)
      let limit = DeliveryGroups.sizeLimit(of: min(causes.count, most))
      var groups: [DeliveryGroup] = []
      for cause in causes.prefix(most) {
        if let group = try Self.group(cause, upTo: limit, filter.namespaces, connection) { groups.append(group) }
      }
      try Self.addStatuses(to: &groups, connection)
      groups.sort { ($0.count, $0.last.microseconds) > ($1.count, $1.last.microseconds) }
      return DeliveryGroups(groups: groups, isTruncated: causes.count > most || isCut)
    }
  }

  private static func causes(
    _ filter: DeliveryGroupFilter, upTo limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> (causes: [DeliveryCauses.Cause], isCut: Bool) {
    let states = DeliveryGroupFilter.states.filter { filter.states.contains($0) && (filter.failure == nil || $0 != .held) }
    if let webhooks = try wantedWebhooks(filter, connection) {
      var search = CauseSearch(webhooks, upTo: limit, connection)
      for state in states { try search.add(state, failure: filter.failure) }
      return (search.found, search.isCut)
    }
    var causes: [DeliveryCauses.Cause] = []
    for state in states {
      causes += try state == .held ? DeliveryCauses.held(upTo: limit, connection) : DeliveryCauses.all(of: state, upTo: limit, connection)
    }
    if let failure = filter.failure { causes.removeAll { $0.failure != failure.rawValue } }
    return (causes, false)
  }

  /// The webhooks that are asked for, deleted ones included; `nil` for all.
  private static func wantedWebhooks(_ filter: DeliveryGroupFilter, _ connection: any SQLConnection) throws(SQLFailure) -> [Int64]? {
    guard filter.webhook != nil || filter.namespaces != nil else { return nil }
    var conditions = Conditions()
    conditions.add("key = ?", filter.webhook.map { .key($0.value) })
    conditions.add("entropy = ?", filter.webhook.map { .entropy($0.value) })
    conditions.add("namespace", isOneOf: filter.namespaces.map { $0.map { .text($0.name) } })
    return try connection.all(
      SQLStatement(once: "SELECT w.key FROM webhooks w \(conditions.clause)"), conditions.arguments
    ) { $0.integer(0) }
  }
}

/// What is read of the deliveries of one cause.
private struct CauseStatements {
  /// How many there are, up to a limit, when the oldest was made, and the key of the newest.
  let summary: SQLStatement
  /// The keys of the newest.
  let newest: SQLStatement

  /// - Parameter condition: as an index knows it; its parameters are the first.
  init(_ condition: String, limit: String) {
    summary = SQLStatement(
      """
      SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries d WHERE \(condition) LIMIT \(limit)) g),
        (SELECT d.created_at_us FROM deliveries d WHERE \(condition) ORDER BY d.key LIMIT 1),
        (SELECT d.key FROM deliveries d WHERE \(condition) ORDER BY d.key DESC LIMIT 1)
      """)
    newest = SQLStatement("SELECT d.key FROM deliveries d WHERE \(condition) ORDER BY d.key DESC LIMIT \(limit)")
  }

  static let held = CauseStatements(DeliveryState.held.ended + " AND d.webhook_key = $1", limit: "$2")
  static let failed = Dictionary(
    uniqueKeysWithValues: DeliveryCauses.failed.map { state in
      let condition = "d.failure IS NOT NULL AND d.state = \(state.code) AND d.failure = $1 AND d.webhook_key = $2"
      return (state, CauseStatements(condition, limit: "$3"))
    })
}

extension SQLStore {
  /// Among so many of the newest an example is looked for that the key may see.
  private static let triedExamples: Int64 = 20

  private static func group(
    _ cause: DeliveryCauses.Cause, upTo limit: Int, _ namespaces: [Namespace]?, _ connection: any SQLConnection
  ) throws(SQLFailure) -> DeliveryGroup? {
    let statements = CauseStatements.failed[cause.state] ?? .held
    let arguments = (cause.failure.map { [SQLValue.text($0)] } ?? []) + [.integer(cause.webhook)]
    let summary = try connection.first(statements.summary, arguments + [.integer(Int64(limit))]) { row in
      (count: Int(row.integer(0)), first: row.time(1), newest: row.optionalInteger(2))
    }
    guard let summary, let key = summary.newest, let newest = try deliveries([key], connection).first else { return nil }
    var example: Delivery? = newest
    if let namespaces, try !isVisible(key, in: namespaces, connection) {
      let keys = try connection.all(statements.newest, arguments + [.integer(triedExamples)]) { $0.integer(0) }
      example = try firstVisible(keys.dropFirst(), in: namespaces, connection)
    }
    return DeliveryGroup(
      state: cause.state, webhook: newest.webhookID, failure: cause.failure.flatMap(FailureKind.init), count: summary.count,
      isAtLeast: summary.count == limit, first: summary.first, last: newest.createdAt, example: example)
  }

  private static let lastMessage = SQLStatement("SELECT \(AttemptKeys.last("failure_message")) FROM deliveries d WHERE d.key = $1")

  /// Looks at the newest of each group that failed of statuses, which are in no index.
  private static func addStatuses(to groups: inout [DeliveryGroup], _ connection: any SQLConnection) throws(SQLFailure) {
    let places = groups.indices.filter { groups[$0].failure == .status }
    guard !places.isEmpty else { return }
    let limit = max(1, min(DeliveryGroups.maximumStatuses, DeliveryGroups.maximumStatusLooks / places.count))
    for place in places {
      guard let statements = CauseStatements.failed[groups[place].state] else { continue }
      let arguments: [SQLValue] = [.text(FailureKind.status.rawValue), .key(groups[place].webhook.value), .integer(Int64(limit))]
      let keys = try connection.all(statements.newest, arguments) { $0.integer(0) }
      var counts: [Int: Int] = [:]
      for key in keys {
        let message = try connection.first(lastMessage, [.integer(key)]) { $0.optionalText(0) } ?? nil
        if let status = message.flatMap(AttemptFailure.status(in:)) { counts[status, default: 0] += 1 }
      }
      groups[place].statusesOf = keys.count
      groups[place].statuses = counts.map { DeliveryGroup.StatusCount($0.key, count: $0.value) }
        .sorted { ($0.count, $1.status) > ($1.count, $0.status) }
    }
  }

  private static let namespaceOfEvent = SQLStatement(
    "SELECT e.namespace FROM deliveries d CROSS JOIN events e WHERE d.key = $1 AND e.key = d.event_key")

  private static func isVisible(_ key: Int64, in namespaces: [Namespace], _ connection: any SQLConnection) throws(SQLFailure) -> Bool {
    let namespace = try connection.first(namespaceOfEvent, [.integer(key)]) { $0.text(0) }
    return namespaces.contains { $0.name == namespace }
  }

  private static func firstVisible(
    _ keys: some Sequence<Int64>, in namespaces: [Namespace], _ connection: any SQLConnection
  ) throws(SQLFailure) -> Delivery? {
    for key in keys where try isVisible(key, in: namespaces, connection) { return try deliveries([key], connection).first }
    return nil
  }
}
