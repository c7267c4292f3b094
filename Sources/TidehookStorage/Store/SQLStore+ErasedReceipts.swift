// Erases what sources' requests said whose events are erased; that they came, and what became of them, stays.

import TidehookCore

extension SQLStore {
  /// A request's row, as far as erasing it needs it.
  private struct Row: Sendable {
    let key: Int64
    let source: Int64
    let id: InboundRequestID
    let state: Int64
    let events: String
  }

  /// `_` stands for any character in a pattern, so that this finds too many: they are sorted out.
  private static let requestsWith = SQLStatement(
    "SELECT key, entropy, source_key, state, events FROM source_requests WHERE event_count > 0 AND events LIKE $1")
  private static let repeats = SQLStatement(
    "SELECT key, entropy, source_key, state, events FROM source_requests WHERE source_key = $1 AND state = $2 AND reason = $3")

  /// Erases the requests that made an event, and those that repeat them: they said the same.
  ///
  /// Repeats are found by the original's row: those that outlived it are not.
  ///
  /// All that is kept of requests is looked through, beside the writer: it is bounded (``ReceiptLimits``), and no index serves this alone.
  func eraseReceipts(of id: EventID, at now: Timestamp) async throws(StoreError) {
    let rows = try await read("look for the requests of event \(id)") { connection throws(SQLFailure) in
      let found = try connection.all(Self.requestsWith, [.text("%\(id.rawValue)%")], Self.row)
      let made = found.filter { $0.events.split(separator: " ").contains { $0 == id.rawValue } }
      var rows = made
      for row in made {
        let reason = Receipt.repeatReason(row.id)
        rows += try connection.all(
          Self.repeats, [.integer(row.source), .integer(ReceiptState.duplicate.code), .text(reason)], Self.row)
      }
      return rows
    }
    // One at a time: a request may be megabytes.
    for row in rows { try await erase(row, at: now) }
  }

  private static func row(_ row: any SQLRow) -> Row {
    Row(
      key: row.integer(0), source: row.integer(2), id: InboundRequestID(row.id(0)), state: row.integer(3), events: row.text(4))
  }

  private static let keptOfRequest = SQLStatement("SELECT kept_bytes FROM source_requests WHERE key = $1 AND erased_at_us IS NULL")
  private static let emptyRequest = SQLStatement(
    """
    UPDATE source_requests SET url = path, query = '', headers = '', body = $1, log = '', answer = $2, kept_bytes = 0, erased_at_us = $3
    WHERE key = $4
    """)
  private static let uncountBytes = SQLStatement(
    "UPDATE source_counts SET bytes = bytes - $1 WHERE source_key = $2 AND state = $3")
  private static let emptyRemembered = SQLStatement("UPDATE source_dedupe SET answer = $1 WHERE source_key = $2 AND request_key = $3")
  private static let statusOfRequest = SQLStatement("SELECT status FROM source_requests WHERE key = $1")

  private func erase(_ row: Row, at now: Timestamp) async throws(StoreError) {
    try await erase("request \(row.id)") { connection in
      guard let kept = try connection.first(Self.keptOfRequest, [.integer(row.key)], { $0.integer(0) }) else { return }
      let status = try connection.first(Self.statusOfRequest, [.integer(row.key)]) { Int($0.integer(0)) } ?? 200
      let answer = SQLValue.bytes(AnswerBytes.write(InboundAnswer(status: status)))
      try connection.execute(Self.emptyRequest, [.bytes([]), answer, .time(now), .integer(row.key)])
      try connection.execute(Self.uncountBytes, [.integer(kept), .integer(row.source), .integer(row.state)])
      // A repeat is told what the first was told, by status alone from now on.
      try connection.execute(Self.emptyRemembered, [answer, .integer(row.source), .integer(row.key)])
    }
  }
}
