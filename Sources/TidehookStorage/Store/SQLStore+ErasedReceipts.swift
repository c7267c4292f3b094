// Erases what sources' requests said whose events are erased; that they came, and what became of them, stays.

import TidehookCore

extension SQLStore {
  /// A request's row, as far as erasing it needs it.
  private struct Row: Sendable {
    let key: Int64
    let source: Int64
    let id: InboundRequestID
    let state: Int64
    let status: Int64
  }

  /// How many are erased in one transaction; a request may be megabytes, whose pages are overwritten.
  private static let requestsAtOnce = 8
  private static let answersAtOnce = 200

  /// `_` stands for any character in a pattern, so that these find too many: they are sorted out.
  private static let requestsWith = SQLStatement(
    """
    SELECT key, entropy, source_key, state, status, events FROM source_requests
    WHERE event_count > 0 AND events LIKE $1 AND erased_at_us IS NULL
    """)
  /// With the condition of `source_requests_repeats`. Of repeats of before it was noted what they repeat, nobody knows: to be safe all are found.
  private static let repeatsOf = SQLStatement(
    """
    SELECT key, entropy, source_key, state, status, repeated_events FROM source_requests
    WHERE repeated_events IS NOT NULL AND (repeated_events LIKE $1 OR repeated_events = '?') AND erased_at_us IS NULL
    """)

  /// Erases the requests that made an event, and those that repeat them, which said the same, whether what they repeat is still kept or not.
  ///
  /// All that is kept of requests is looked through, beside the writer: it is bounded (``ReceiptLimits``), and no index serves this alone.
  func eraseReceipts(of id: EventID, at now: Timestamp) async throws(StoreError) {
    // A repeat may have been stored just before what it repeats was erased: it is found the next time, and none comes later that says anything.
    while true {
      let rows = try await read("look for the requests of event \(id)") { connection throws(SQLFailure) in
        try Self.rows(Self.requestsWith, naming: id, connection) + Self.rows(Self.repeatsOf, naming: id, connection)
      }
      guard !rows.isEmpty else { break }
      for start in stride(from: 0, to: rows.count, by: Self.requestsAtOnce) {
        try await erase(rows[start..<min(start + Self.requestsAtOnce, rows.count)], at: now)
      }
    }
    try await eraseAnswers(of: id)
  }

  private static func rows(
    _ query: SQLStatement, naming id: EventID, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [Row] {
    try connection.all(query, [.text("%\(id.rawValue)%")]) { row in
      names(row.text(5), id)
        ? Row(
          key: row.integer(0), source: row.integer(2), id: InboundRequestID(row.id(0)), state: row.integer(3), status: row.integer(4)) : nil
    }.compactMap(\.self)
  }

  /// Whether an event is among those of a column; `?` is for any.
  private static func names(_ events: String, _ id: EventID) -> Bool {
    events == "?" || events.split(separator: " ").contains { $0 == id.rawValue }
  }

  private static let keptOfRequest = SQLStatement("SELECT kept_bytes FROM source_requests WHERE key = $1 AND erased_at_us IS NULL")
  private static let emptyRequest = SQLStatement(
    """
    UPDATE source_requests SET url = path, query = '', headers = '', body = $1, log = '', answer = $2, kept_bytes = 0, erased_at_us = $3
    WHERE key = $4
    """)
  private static let uncountBytes = SQLStatement(
    "UPDATE source_counts SET bytes = bytes - $1 WHERE source_key = $2 AND state = $3")

  private func erase(_ rows: ArraySlice<Row>, at now: Timestamp) async throws(StoreError) {
    try await erase("\(rows.count) requests") { connection in
      for row in rows {
        guard let kept = try connection.first(Self.keptOfRequest, [.integer(row.key)], { $0.integer(0) }) else { continue }
        let answer = Self.bareAnswer(status: Int(row.status))
        try connection.execute(Self.emptyRequest, [.bytes([]), answer, .time(now), .integer(row.key)])
        try connection.execute(Self.uncountBytes, [.integer(kept), .integer(row.source), .integer(row.state)])
      }
    }
  }

  private static func bareAnswer(status: Int) -> SQLValue { .bytes(AnswerBytes.write(InboundAnswer(status: status))) }

  // MARK: What repeats are told

  /// A sender's id that is remembered.
  private struct Remembered: Sendable {
    let key: [SQLValue]
    let status: Int
  }

  /// Of those without events it is not known what they were told of.
  private static let remembered = SQLStatement(
    "SELECT source_key, id, events, answer FROM source_dedupe WHERE events IS NULL OR events LIKE $1")
  private static let emptyRemembered = SQLStatement(
    "UPDATE source_dedupe SET answer = $1, events = '' WHERE source_key = $2 AND id = $3")

  /// Erases what the senders of an event were answered: a repeat is told what the first was told, by status alone from now on.
  private func eraseAnswers(of id: EventID) async throws(StoreError) {
    let found = try await read("look for the answers of event \(id)") { connection throws(SQLFailure) in
      try connection.all(Self.remembered, [.text("%\(id.rawValue)%")]) { row in
        row.isNull(2) || Self.names(row.text(2), id)
          ? Remembered(key: [.integer(row.integer(0)), .text(row.text(1))], status: AnswerBytes.read(row.bytes(3)).status) : nil
      }.compactMap(\.self)
    }
    for start in stride(from: 0, to: found.count, by: Self.answersAtOnce) {
      let some = found[start..<min(start + Self.answersAtOnce, found.count)]
      try await erase("what \(some.count) senders were answered") { connection in
        for answer in some { try connection.execute(Self.emptyRemembered, [Self.bareAnswer(status: answer.status)] + answer.key) }
      }
    }
  }
}
