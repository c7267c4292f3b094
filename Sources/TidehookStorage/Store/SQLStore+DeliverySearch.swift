// Searches deliveries: walks the lists that make up what is wanted, in the order of keys and within bounds, then reads what it found.

public import TidehookCore

extension SQLStore {
  /// A page of deliveries.
  public func search(_ search: DeliverySearch) async throws(StoreError) -> DeliveryFinding {
    try await read("list deliveries") { connection throws(SQLFailure) in
      let lists = try DeliveryLists(search.filter, connection)
      let budget = ScanBudget(search.bounds, lists: lists.lists.count, limit: search.limit)
      let wanted = WantedDelivery(search.filter)
      var scans: [DeliveryScan] = []
      var front = ScanFront(order: search.order, limit: search.limit)
      for list in lists.lists {
        let scan = try Self.scan(list, search, budget, wanted, front, looksAtEvents: lists.looksAtEvents, connection)
        front.add(scan.matches)
        scans.append(scan)
      }
      let page = DeliveryScan.page(of: scans, order: search.order, limit: search.limit)
      return DeliveryFinding(deliveries: try Self.deliveries(page.keys, connection), position: page.position)
    }
  }

  private static func scan(
    _ list: Conditions, _ search: DeliverySearch, _ budget: ScanBudget, _ wanted: WantedDelivery, _ front: ScanFront,
    looksAtEvents: Bool, _ connection: any SQLConnection
  ) throws(SQLFailure) -> DeliveryScan {
    var conditions = list
    let isNewest = search.order == .newest
    conditions.add("d.key >= ?", search.filter.since.map { .integer(KeyTime.lowerBound($0)) })
    conditions.add("d.key <= ?", search.filter.until.map { .integer(KeyTime.upperBound($0)) })
    conditions.add(isNewest ? "d.key < ?" : "d.key > ?", search.cursor.map(SQLValue.integer))
    conditions.add(isNewest ? "d.key >= ?" : "d.key <= ?", front.last.map(SQLValue.integer))
    let query = scanQuery(&conditions, isNewest: isNewest, looksAtEvents: looksAtEvents, rows: budget.rows)
    var scan = DeliveryScan()
    var count = 0
    try connection.query(query, conditions.arguments) { row in
      count += 1
      scan.last = row.integer(0)
      if wanted.takes(row, looksAtEvents: looksAtEvents) { scan.matches.append(row.integer(0)) }
      scan.isAtEnd = count < budget.rows && scan.matches.count <= search.limit && !budget.isSpent(after: count)
      return scan.isAtEnd
    }
    return scan
  }

  /// `CROSS JOIN` has SQLite read deliveries first, in key order: it must not sort all of a common type's events to show a page.
  private static func scanQuery(_ conditions: inout Conditions, isNewest: Bool, looksAtEvents: Bool, rows: Int) -> SQLStatement {
    if looksAtEvents { conditions.add("e.key = d.event_key AND w.key = d.webhook_key") }
    let clause = conditions.clause
    let maximum = conditions.parameter(.integer(Int64(rows)))
    return SQLStatement(
      once: """
        SELECT d.key, d.state, d.webhook_key, d.created_at_us, d.failure\(looksAtEvents ? ", e.type, e.namespace, w.namespace" : "")
        FROM deliveries d\(looksAtEvents ? " CROSS JOIN events e CROSS JOIN webhooks w" : "") \(clause)
        ORDER BY d.key \(isNewest ? "DESC" : "ASC") LIMIT \(maximum)
        """)
  }

  private static let shownDelivery = SQLStatement(
    """
    SELECT \(deliveryColumns) FROM deliveries d CROSS JOIN events e CROSS JOIN webhooks w
    WHERE d.key = $1 AND e.key = d.event_key AND w.key = d.webhook_key
    """)

  /// Deliveries by their keys, in that order.
  static func deliveries(_ keys: [Int64], _ connection: any SQLConnection) throws(SQLFailure) -> [Delivery] {
    var found: [Delivery] = []
    found.reserveCapacity(keys.count)
    for key in keys {
      if let delivery = try connection.first(shownDelivery, [.integer(key)], { $0.delivery() }) { found.append(delivery) }
    }
    return found
  }
}

/// Judges the rows of a scan by what their index does not know.
private struct WantedDelivery {
  private let states: Set<Int64>?
  private let webhook: Int64?
  private let failure: String?
  private let since: Int64
  private let until: Int64
  private let type: String?
  private let namespaces: Set<String>?

  init(_ filter: DeliveryFilter) {
    states = filter.states.isEmpty ? nil : Set(filter.states.map(\.code))
    webhook = filter.webhook?.value.key
    failure = filter.failure?.rawValue
    since = filter.since?.microseconds ?? .min
    until = filter.until?.microseconds ?? .max
    type = filter.type?.name
    namespaces = filter.namespaces.map { Set($0.map(\.name)) }
  }

  func takes(_ row: any SQLRow, looksAtEvents: Bool) -> Bool {
    guard states?.contains(row.integer(1)) ?? true, webhook.map({ $0 == row.integer(2) }) ?? true else { return false }
    let time = row.integer(3)
    guard time >= since, time < until, failure.map({ $0 == row.optionalText(4) }) ?? true else { return false }
    guard looksAtEvents else { return true }
    guard type.map({ $0 == row.text(5) }) ?? true else { return false }
    guard let namespaces else { return true }
    return namespaces.contains(row.text(6)) && (row.optionalText(7).map(namespaces.contains) ?? false)
  }
}
