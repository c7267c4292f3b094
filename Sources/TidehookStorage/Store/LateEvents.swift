// Notes events that are committed after others with higher keys, so that who follows the order of keys misses none of them.

import Synchronization
import TidehookCore

/// Keys are made when an event is accepted, commits come a little later, and not always in the same order. What the writer's last
/// transactions wrote is known here; only the writer's thread uses it.
final class LateEvents: Sendable {
  private struct State {
    /// The highest key of earlier transactions, or one that a transaction would have written that failed: more is then called late than is.
    var highest: Int64
    /// The highest key since.
    var pending: Int64
    /// How many transactions were committed when ``pending`` was noted.
    var commits = 0
    var kept = KeptNotes()
  }

  private static let lastKey = SQLStatement(once: "SELECT COALESCE(MAX(key), 0) FROM events")
  private static let stored = SQLStatement(once: "SELECT number, LENGTH(keys) / 8 FROM late_events WHERE number > 0 ORDER BY number")
  private static let lastNumber = SQLStatement("SELECT number FROM late_events ORDER BY number DESC LIMIT 1")
  private static let insert = SQLStatement("INSERT INTO late_events (number, keys) VALUES ($1, $2)")
  private static let forget = SQLStatement("DELETE FROM late_events WHERE number <= $1")

  private let state: Mutex<State>

  /// Goes on after what is stored.
  init(_ connection: any SQLConnection) throws(SQLFailure) {
    let key = try connection.first(Self.lastKey, []) { $0.integer(0) } ?? 0
    var kept = KeptNotes()
    try connection.query(Self.stored, []) { row in
      kept.add(row.integer(0), keys: Int(clamping: row.integer(1)))
      return true
    }
    state = Mutex(State(highest: key, pending: key, kept: kept))
  }

  /// Notes those of the events written just now that are late, in the same transaction.
  /// - Parameter commits: how many transactions were committed before.
  func note(_ rows: [EventRows], _ results: [AppendResult], after commits: Int, _ connection: any SQLConnection) throws(SQLFailure) {
    var keys: [Int64] = []
    for (row, result) in zip(rows, results) where result == .stored { keys.append(row.source.event.key.key) }
    guard let late = late(of: keys, commits) else { return }
    // As it is stored: a transaction that failed has left none.
    let number = (try connection.first(Self.lastNumber, []) { $0.integer(0) } ?? 0) + 1
    try connection.execute(Self.insert, [.integer(number), .bytes(Self.write(late))])
    let forgotten = state.withLock { state in
      state.kept.add(number, keys: late.count)
      return state.kept.forgotten
    }
    if forgotten > 0 { try connection.execute(Self.forget, [.integer(forgotten)]) }
  }

  private func late(of keys: [Int64], _ commits: Int) -> [Int64]? {
    guard let (lowest, highest) = keys.min().flatMap({ low in keys.max().map { (low, $0) } }) else { return nil }
    return state.withLock { state in
      // What one transaction writes is seen at once, in whatever order.
      if state.commits != commits { (state.highest, state.commits) = (max(state.highest, state.pending), commits) }
      state.pending = max(state.pending, highest)
      guard lowest < state.highest else { return nil }
      return keys.filter { $0 < state.highest }.sorted()
    }
  }

  private static func write(_ keys: [Int64]) -> [UInt8] {
    keys.flatMap { key in (0..<8).map { UInt8(truncatingIfNeeded: key >> (56 - 8 * $0)) } }
  }

  /// The keys of a note.
  static func read(_ bytes: [UInt8]) -> [Int64] {
    stride(from: 0, to: bytes.count - bytes.count % 8, by: 8).map { start in
      bytes[start..<start + 8].reduce(0) { $0 << 8 | Int64($1) }
    }
  }
}
