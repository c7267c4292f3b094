// Groups deliveries by webhook and cause, each found and counted in an index, and none counted further than is told.

public import TidehookCore

extension SQLStore {
  /// Deliveries by webhook and cause.
  public func groups(_ filter: DeliveryGroupFilter) async throws(StoreError) -> DeliveryGroups {
    try await read("group deliveries") { connection throws(SQLFailure) in
      let most = DeliveryGroups.maximumCount
      let causes = try Self.causes(filter, upTo: most + 1, connection)
      let limit = DeliveryGroups.sizeLimit(of: min(causes.count, most))
      var groups: [DeliveryGroup] = []
      for cause in causes.prefix(most) {
        if let group = try Self.group(cause, upTo: limit, filter.namespaces, connection) { groups.append(group) }
      }
      groups.sort { ($0.count, $0.last.microseconds) > ($1.count, $1.last.microseconds) }
      return DeliveryGroups(groups: groups, isTruncated: causes.count > most)
    }
  }

  private static func causes(
    _ filter: DeliveryGroupFilter, upTo limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [DeliveryCauses.Cause] {
    let webhooks = try wantedWebhooks(filter, connection)
    var causes: [DeliveryCauses.Cause] = []
    for state in DeliveryGroupFilter.states where filter.states.contains(state) {
      if let webhooks {
        // Of webhooks that are named, each kind of failure is tried: other webhooks may have very many.
        let kinds = state == .held ? [nil] : FailureKind.allCases.map(\.rawValue) + [""]
        causes += webhooks.flatMap { webhook in kinds.map { DeliveryCauses.Cause(state: state, failure: $0, webhook: webhook) } }
      } else {
        causes +=
          try state == .held ? DeliveryCauses.held(upTo: limit, connection) : DeliveryCauses.all(of: state, upTo: limit, connection)
      }
    }
    if let failure = filter.failure { causes.removeAll { $0.failure != failure.rawValue } }
    return webhooks == nil ? causes : try existing(causes, upTo: limit, connection)
  }

  /// Those causes that have a delivery.
  private static func existing(
    _ causes: [DeliveryCauses.Cause], upTo limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [DeliveryCauses.Cause] {
    var found: [DeliveryCauses.Cause] = []
    for cause in causes where found.count < limit {
      if try connection.first(newest(of: cause), arguments(of: cause) + [.integer(1)], { _ in true }) != nil { found.append(cause) }
    }
    return found
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

  // MARK: One group

  /// The conditions of a cause, which an index knows as they are.
  private static let failed = "d.failure IS NOT NULL AND d.state = $1 AND d.failure = $2 AND d.webhook_key = $3"
  private static let held = DeliveryState.ended("$1") + " AND d.webhook_key = $2"

  private static let countFailed = SQLStatement("SELECT COUNT(*) FROM (SELECT 1 FROM deliveries d WHERE \(failed) LIMIT $4) g")
  private static let countHeld = SQLStatement("SELECT COUNT(*) FROM (SELECT 1 FROM deliveries d WHERE \(held) LIMIT $3) g")
  private static let oldestFailed = SQLStatement("SELECT d.created_at_us FROM deliveries d WHERE \(failed) ORDER BY d.key LIMIT $4")
  private static let oldestHeld = SQLStatement("SELECT d.created_at_us FROM deliveries d WHERE \(held) ORDER BY d.key LIMIT $3")
  private static let newestFailed = SQLStatement("SELECT d.key FROM deliveries d WHERE \(failed) ORDER BY d.key DESC LIMIT $4")
  private static let newestHeld = SQLStatement("SELECT d.key FROM deliveries d WHERE \(held) ORDER BY d.key DESC LIMIT $3")

  private static func newest(of cause: DeliveryCauses.Cause) -> SQLStatement { cause.failure == nil ? newestHeld : newestFailed }

  private static func arguments(of cause: DeliveryCauses.Cause) -> [SQLValue] {
    [.integer(cause.state.code)] + (cause.failure.map { [.text($0)] } ?? []) + [.integer(cause.webhook)]
  }

  /// Among so many of the newest an example is looked for that the key may see.
  private static let triedExamples = 20

  private static func group(
    _ cause: DeliveryCauses.Cause, upTo limit: Int, _ namespaces: [Namespace]?, _ connection: any SQLConnection
  ) throws(SQLFailure) -> DeliveryGroup? {
    let (isHeld, arguments) = (cause.failure == nil, arguments(of: cause))
    let count = try connection.first(isHeld ? countHeld : countFailed, arguments + [.integer(Int64(limit))]) { Int($0.integer(0)) }
    let first = try connection.first(isHeld ? oldestHeld : oldestFailed, arguments + [.integer(1)]) { $0.time(0) }
    let tried: Int64 = namespaces == nil ? 1 : Int64(triedExamples)
    let keys = try connection.all(newest(of: cause), arguments + [.integer(tried)]) { $0.integer(0) }
    let examples = try deliveries(keys, connection)
    guard let count, let first, let newest = examples.first else { return nil }
    return DeliveryGroup(
      state: cause.state, webhook: newest.webhookID, failure: cause.failure.flatMap(FailureKind.init), count: count,
      isAtLeast: count == limit, first: first, last: newest.createdAt,
      example: try firstVisible(examples, in: namespaces, connection))
  }

  private static let namespaceOfEvent = SQLStatement("SELECT namespace FROM events WHERE id = $1")

  private static func firstVisible(
    _ deliveries: [Delivery], in namespaces: [Namespace]?, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Delivery? {
    guard let namespaces else { return deliveries.first }
    for delivery in deliveries {
      let namespace = try connection.first(namespaceOfEvent, [.text(delivery.eventID.rawValue)]) { $0.text(0) }
      if namespaces.contains(where: { $0.name == namespace }) { return delivery }
    }
    return nil
  }
}
