// Which lists make up a search for deliveries: each over an index that knows the order of its rows; what no index knows is looked at row by row.

import TidehookCore

/// The lists of one search.
struct DeliveryLists {
  let filter: DeliveryFilter
  /// The conditions of each list, without those of the page.
  private(set) var lists: [Conditions] = []
  /// The nodes that may hold deliveries.
  private let nodes: [Int64]
  /// Whether events and webhooks must be looked at, too.
  var looksAtEvents: Bool { filter.type != nil || filter.namespaces != nil }

  /// More webhooks than these are not listed one by one.
  private static let maximumWebhooks = 50

  init(_ filter: DeliveryFilter, _ connection: any SQLConnection) throws(SQLFailure) {
    self.filter = filter
    nodes = try connection.all(Self.allNodes, []) { $0.integer(0) }
    if let event = filter.event {
      add { $0.add("d.event_key = (SELECT key FROM events WHERE id = ?)", .text(event.rawValue)) }
    } else if let webhook = filter.webhook {
      if try Self.isKnown(webhook, connection) { addStates(of: [webhook.value.key]) }
    } else if let failure = filter.failure {
      try addFailures(failure, connection)
    } else {
      addStates(of: try Self.webhooks(in: filter.namespaces, connection))
    }
  }

  private mutating func add(_ change: (inout Conditions) -> Void) {
    var conditions = Conditions()
    change(&conditions)
    lists.append(conditions)
  }

  // MARK: By state

  /// - Parameter webhooks: whose deliveries, `nil` for all.
  private mutating func addStates(of webhooks: [Int64]?) {
    guard filter.failure == nil else { return addFailures(filter.failure, of: webhooks) }
    let states = filter.states
    guard !states.isEmpty, !states.contains(.delivered) else { return addWhole(webhooks) }
    for state in states where !state.isOpen { addWhole(webhooks, state.ended) }
    if let webhooks, states.contains(.retrying) { addWhole(webhooks, "d.state = \(DeliveryState.retrying.code)") }
    if states.contains(.pending) || (webhooks == nil && states.contains(.retrying)) { addOpen() }
  }

  private mutating func addWhole(_ webhooks: [Int64]?, _ term: String? = nil) {
    for webhook in webhooks.map({ $0.map(Int64?.some) }) ?? [nil] {
      add { conditions in
        conditions.add("d.webhook_key = ?", webhook.map(SQLValue.integer))
        if let term { conditions.add(term) }
      }
    }
  }

  /// What is open, in order: what no node holds, and what each of them does.
  private mutating func addOpen() {
    add { $0.add("d.due_at_us IS NOT NULL AND d.leased_by IS NULL") }
    for node in nodes {
      add { conditions in
        conditions.add("d.due_at_us IS NOT NULL")
        conditions.add("d.leased_by = ?", .integer(node))
        // One that was cancelled while it was under way is among what ended.
        conditions.add("d.state <> \(DeliveryState.cancelled.code)")
      }
    }
  }

  // MARK: By failure

  /// The states that have a failure and are wanted.
  private var failed: [DeliveryState] {
    [.dead, .retrying].filter { filter.states.isEmpty || filter.states.contains($0) }
  }

  private mutating func addFailures(_ failure: FailureKind, _ connection: any SQLConnection) throws(SQLFailure) {
    let visible = try Self.webhooks(in: filter.namespaces, connection).map(Set.init)
    for state in failed {
      let found = try DeliveryCauses.webhooks(of: state, failure, upTo: Self.maximumWebhooks + 1, connection)
      guard found.count <= Self.maximumWebhooks else {
        // So many webhooks fail like this that most of what is dead does.
        if state == .dead { addWhole(nil, state.ended) } else { addOpen() }
        continue
      }
      add(state, failure, of: found.filter { visible?.contains($0) ?? true })
    }
  }

  private mutating func addFailures(_ failure: FailureKind?, of webhooks: [Int64]?) {
    guard let failure else { return }
    for state in failed { add(state, failure, of: webhooks ?? []) }
  }

  private mutating func add(_ state: DeliveryState, _ failure: FailureKind, of webhooks: [Int64]) {
    for webhook in webhooks {
      add { conditions in
        conditions.add("d.state = \(state.code) AND d.failure IS NOT NULL AND d.failure = ?", .text(failure.rawValue))
        conditions.add("d.webhook_key = ?", .integer(webhook))
      }
    }
  }

  // MARK: Webhooks

  private static let allNodes = SQLStatement("SELECT key FROM nodes")
  private static let oneWebhook = SQLStatement("SELECT 1 FROM webhooks WHERE key = $1 AND entropy = $2")

  private static func isKnown(_ id: WebhookID, _ connection: any SQLConnection) throws(SQLFailure) -> Bool {
    try connection.first(oneWebhook, [.key(id.value), .entropy(id.value)]) { _ in true } ?? false
  }

  /// The keys of the webhooks in these namespaces, deleted ones included; `nil` when there are no such limits, or too many webhooks to list
  /// the deliveries of one by one.
  private static func webhooks(in namespaces: [Namespace]?, _ connection: any SQLConnection) throws(SQLFailure) -> [Int64]? {
    guard let namespaces else { return nil }
    var conditions = Conditions()
    conditions.add("namespace", isOneOf: namespaces.map { .text($0.name) })
    let query = SQLStatement(once: "SELECT key FROM webhooks \(conditions.clause) LIMIT \(maximumWebhooks + 1)")
    let keys = try connection.all(query, conditions.arguments) { $0.integer(0) }
    return keys.count > maximumWebhooks ? nil : keys
  }
}
