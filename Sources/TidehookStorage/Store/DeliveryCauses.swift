// Finds out for which webhooks there are deliveries that failed in a way: from one entry of the index of failures to the next.

import TidehookCore

/// The distinct entries of the index of failures.
enum DeliveryCauses {
  /// One of them.
  struct Cause: Hashable {
    let state: DeliveryState
    /// The kind of failure, empty where it is not known; `nil` for held deliveries.
    let failure: String?
    let webhook: Int64
  }

  private static let next = SQLStatement(
    """
    SELECT d.failure, d.webhook_key FROM deliveries d
    WHERE d.failure IS NOT NULL AND d.state = $1 AND (d.failure, d.webhook_key) > ($2, $3) ORDER BY d.failure, d.webhook_key LIMIT 1
    """)

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
    var found: [Cause] = []
    var last = start
    while found.count < limit {
      let arguments: [SQLValue] = [.integer(state.code), .text(last.failure), .integer(last.webhook)]
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
