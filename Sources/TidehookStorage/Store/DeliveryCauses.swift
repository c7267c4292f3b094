// Finds out for which webhooks there are deliveries that failed in a way: from one entry of the index of failures to the next.

package import TidehookCore

/// The distinct entries of the index of failures.
package enum DeliveryCauses {
  /// One of them.
  package struct Cause: Hashable {
    package let state: DeliveryState
    /// The kind of failure, empty where it is not known; `nil` for held deliveries.
    package let failure: String?
    package let webhook: Int64
  }

  /// The states that have failures.
  static let failed: [DeliveryState] = [.dead, .retrying]

  /// The text of a statement for each of those states. A state is written into it: were it bound, SQLite would have to plan the statement again
  /// for each use, because a partial index has a state in its condition.
  static func eachState(_ text: (DeliveryState) -> String) -> [DeliveryState: SQLStatement] {
    Dictionary(uniqueKeysWithValues: failed.map { ($0, SQLStatement(text($0))) })
  }

  private static let next = eachState { state in
    """
    SELECT d.failure, d.webhook_key FROM deliveries d
    WHERE d.failure IS NOT NULL AND d.state = \(state.code) AND (d.failure, d.webhook_key) > ($1, $2)
    ORDER BY d.failure, d.webhook_key LIMIT 1
    """
  }

  /// The webhooks with deliveries in this state that failed like this.
  static func webhooks(
    of state: DeliveryState, _ failure: FailureKind, upTo limit: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [Int64] {
    try causes(of: state, after: (failure.rawValue, .min), upTo: limit, connection) { $0 == failure.rawValue }.map(\.webhook)
  }

  /// All that there are of a state.
  static func all(of state: DeliveryState, upTo limit: Int, _ connection: any SQLConnection) throws(SQLFailure) -> [Cause] {
    // Nothing is below an empty text.
    try causes(of: state, after: ("", .min), upTo: limit, connection) { _ in true }
  }

  private static func causes(
    of state: DeliveryState, after start: (failure: String, webhook: Int64), upTo limit: Int, _ connection: any SQLConnection,
    while isWanted: (String) -> Bool
  ) throws(SQLFailure) -> [Cause] {
    guard let next = next[state] else { return [] }
    var found: [Cause] = []
    var last = start
    while found.count < limit {
      let arguments: [SQLValue] = [.text(last.failure), .integer(last.webhook)]
      guard let entry = try connection.first(next, arguments, { ($0.text(0), $0.integer(1)) }), isWanted(entry.0) else { break }
      found.append(Cause(state: state, failure: entry.0, webhook: entry.1))
      last = entry
    }
    return found
  }

  private static let held = SQLStatement(
    """
    SELECT w.key FROM webhooks w
    WHERE EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_key = w.key AND \(DeliveryState.held.ended))
    LIMIT $1
    """)

  /// The webhooks that have held deliveries.
  static func held(upTo limit: Int, _ connection: any SQLConnection) throws(SQLFailure) -> [Cause] {
    try connection.all(held, [.integer(Int64(limit))]) { Cause(state: .held, failure: nil, webhook: $0.integer(0)) }
  }
}

/// Finds the causes of some webhooks among those of all, however many either are: it leaps from one that is wanted to the next that there is.
package struct CauseSearch {
  /// How many times the index is looked into; more webhooks and causes than that are left out.
  package static let maximumSteps = 4000

  /// Keys, in order.
  private let webhooks: [Int64]
  private let limit: Int
  private let maximumSteps: Int
  private let connection: any SQLConnection
  private var steps = 0
  package private(set) var found: [DeliveryCauses.Cause] = []

  private static let nextFailure = DeliveryCauses.eachState { state in
    """
    SELECT d.failure FROM deliveries d WHERE d.failure IS NOT NULL AND d.state = \(state.code) AND d.failure > $1
    ORDER BY d.failure LIMIT 1
    """
  }
  private static let nextWebhook = DeliveryCauses.eachState { state in
    """
    SELECT d.webhook_key FROM deliveries d
    WHERE d.failure IS NOT NULL AND d.state = \(state.code) AND d.failure = $1 AND d.webhook_key >= $2 ORDER BY d.webhook_key LIMIT 1
    """
  }
  private static let anyHeld = SQLStatement(
    "SELECT 1 FROM deliveries d WHERE \(DeliveryState.held.ended) AND d.webhook_key = $1 LIMIT 1")

  /// Begins with nothing found.
  package init(_ webhooks: [Int64], upTo limit: Int, steps: Int = CauseSearch.maximumSteps, _ connection: any SQLConnection) {
    self.webhooks = webhooks.sorted()
    self.limit = limit
    maximumSteps = steps
    self.connection = connection
  }

  /// Whether something may have been left out.
  package var isCut: Bool { !goesOn }

  private var goesOn: Bool { steps < maximumSteps && found.count < limit }

  /// Adds the causes of a state.
  /// - Parameter failure: only this one.
  package mutating func add(_ state: DeliveryState, failure: FailureKind?) throws(SQLFailure) {
    guard let nextFailure = Self.nextFailure[state], let nextWebhook = Self.nextWebhook[state] else { return try addHeld() }
    if let failure { return try add(state, failure.rawValue, nextWebhook) }
    // An unknown failure is an empty text, and nothing is below that.
    var last = ""
    try add(state, last, nextWebhook)
    while goesOn, let failure = try first(nextFailure, [.text(last)], { $0.text(0) }) {
      try add(state, failure, nextWebhook)
      last = failure
    }
  }

  private mutating func add(_ state: DeliveryState, _ failure: String, _ next: SQLStatement) throws(SQLFailure) {
    var place = webhooks.startIndex
    while goesOn, place < webhooks.endIndex {
      guard let webhook = try first(next, [.text(failure), .integer(webhooks[place])], { $0.integer(0) }) else { return }
      place = Self.place(of: webhook, in: webhooks, from: place)
      guard place < webhooks.endIndex, webhooks[place] == webhook else { continue }
      found.append(DeliveryCauses.Cause(state: state, failure: failure, webhook: webhook))
      place += 1
    }
  }

  private mutating func addHeld() throws(SQLFailure) {
    for webhook in webhooks where goesOn {
      guard try first(Self.anyHeld, [.integer(webhook)], { _ in true }) != nil else { continue }
      found.append(DeliveryCauses.Cause(state: .held, failure: nil, webhook: webhook))
    }
  }

  private mutating func first<Value>(
    _ statement: SQLStatement, _ arguments: [SQLValue], _ value: (any SQLRow) -> Value
  ) throws(SQLFailure) -> Value? {
    steps += 1
    return try connection.first(statement, arguments, value)
  }

  /// The first place at or behind `start` whose key is not smaller.
  private static func place(of key: Int64, in keys: [Int64], from start: Int) -> Int {
    var (low, high) = (start, keys.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if keys[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
