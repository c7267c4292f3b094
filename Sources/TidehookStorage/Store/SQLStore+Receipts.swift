// Writes what a source received, with its events, in one transaction, and forgets the oldest in the same.

public import TidehookCore

extension SQLStore: ReceiptStore {
  /// Commits a request with its events and their deliveries, all in one transaction, and returns when they are on disk.
  public func append(
    _ new: NewReceipt, events: [NewEvent]
  ) async throws(StoreError) -> (receipt: Receipt, results: [AppendResult]) {
    let rows = events.map { EventRows($0, node: node) }
    let headers = HeaderText.write(new.receipt.request.headers)
    let weight = events.reduce(1024 + headers.utf8.count + new.receipt.request.body.count) { $0 + $1.weight }
    return try await writer.write("cannot store request \(new.receipt.id)", .offered, weight: weight) {
      [late, counts = writer.counts] connection in
      try Self.expectCurrent(new, connection)
      var receipt = new.receipt
      var results: [AppendResult] = []
      let repeated = try Self.repeatedEvents(&receipt, new, connection)
      if repeated == nil {
        results = try Self.append(rows, connection)
        try late.note(rows, results, after: counts.commits, connection)
        receipt.note(results, of: events)
        if results.contains(where: \.isErased) { receipt.erasedAt = new.at }
      }
      // Its sender is answered; what it says is not stored again once it was erased.
      let stored = receipt.erasedAt == nil ? receipt : receipt.withoutContent(at: new.at)
      if repeated == nil { try Self.remember(stored, new, connection) }
      let bytes = try Self.write(
        stored, receipt.erasedAt == nil ? headers : "", repeating: repeated, replacing: new.replaces != nil, connection)
      try Self.count(receipt, bytes: bytes.new, replacing: new.replaces.map { ($0, bytes.old) }, connection)
      return (receipt, results)
    }
  }

  private static let sourceExists = SQLStatement("SELECT 1 FROM sources WHERE key = $1 AND entropy = $2")
  private static let stateOfRequest = SQLStatement("SELECT state FROM source_requests WHERE key = $1 AND entropy = $2")

  private static func expectCurrent(_ new: NewReceipt, _ connection: any SQLConnection) throws {
    let receipt = new.receipt
    guard try connection.first(sourceExists, [.key(receipt.source.value), .entropy(receipt.source.value)], { _ in true }) != nil else {
      throw StoreError(.stale, "source \(receipt.source) does not exist any more")
    }
    guard let state = new.replaces else { return }
    let found = try connection.first(stateOfRequest, [.key(receipt.id.value), .entropy(receipt.id.value)]) { $0.integer(0) }
    guard found == state.code else { throw StoreError(.stale, "it is not \(state.rawValue) any more") }
  }

  private static let earlierRequest = SQLStatement(
    "SELECT request_key, request_entropy, answer FROM source_dedupe WHERE source_key = $1 AND id = $2 AND until_us > $3")
  private static let rememberRequest = SQLStatement(
    """
    INSERT INTO source_dedupe (source_key, id, request_key, request_entropy, until_us, answer, events) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (source_key, id) DO UPDATE SET request_key = excluded.request_key, request_entropy = excluded.request_entropy,
      until_us = excluded.until_us, answer = excluded.answer, events = excluded.events
    """)
  private static let pastIDs = SQLStatement("SELECT source_key, id FROM source_dedupe WHERE until_us <= $1 ORDER BY until_us LIMIT 8")
  private static let forgetID = SQLStatement("DELETE FROM source_dedupe WHERE source_key = $1 AND id = $2")

  /// The request that brought a sender's id first, while its window lasts; `nil` for a new id.
  public func earlier(_ id: String, at source: SourceID, now: Timestamp) async throws(StoreError) -> EarlierReceipt? {
    try await read("look for an earlier request of source \(source)") { connection throws(SQLFailure) in
      try Self.earlier(id, source, now, connection)
    }
  }

  private static func earlier(
    _ id: String, _ source: SourceID, _ now: Timestamp, _ connection: any SQLConnection
  ) throws(SQLFailure) -> EarlierReceipt? {
    try connection.first(earlierRequest, [.key(source.value), .text(id), .time(now)]) { row in
      EarlierReceipt(id: InboundRequestID(row.id(0)), answer: AnswerBytes.read(row.bytes(2)))
    }
  }

  private static let original = SQLStatement("SELECT events FROM source_requests WHERE key = $1 AND erased_at_us IS NULL")

  /// Turns a request whose sender's id came before into a repeat.
  /// - Returns: the events of the request that it repeats, none when that is not kept any more; `nil` when it is no repeat.
  private static func repeatedEvents(
    _ receipt: inout Receipt, _ new: NewReceipt, _ connection: any SQLConnection
  ) throws(SQLFailure) -> String? {
    guard let id = new.dedupe?.id else { return nil }
    let first = try earlier(id, receipt.source, new.at, connection)
    // What was a repeat when it was judged is one, too, when the sender's id was forgotten since.
    guard first != nil || receipt.state == .duplicate else { return nil }
    var events: String?
    if let first {
      receipt.repeats(first)
      events = try connection.first(original, [.key(first.id.value)]) { $0.text(0) }
    }
    // Of one that is not kept any more, or was erased, nothing is stored: nobody knows whether what the former said was erased.
    if events == nil { receipt.erasedAt = new.at }
    return events ?? ""
  }

  /// The events of a request as a column has them.
  static func eventText(_ receipt: Receipt) -> String { receipt.events.map(\.rawValue).joined(separator: " ") }

  private static func remember(_ receipt: Receipt, _ new: NewReceipt, _ connection: any SQLConnection) throws {
    // A few with each write: more go than come, so that none stays long after its time.
    let past = try connection.all(pastIDs, [.time(new.at)]) { (source: $0.integer(0), id: $0.text(1)) }
    for id in past { try connection.execute(forgetID, [.integer(id.source), .text(id.id)]) }
    // Who was refused may come again.
    guard let dedupe = new.dedupe, receipt.state != .rejected else { return }
    try connection.execute(
      rememberRequest,
      [
        .key(receipt.source.value), .text(dedupe.id), .key(receipt.id.value), .entropy(receipt.id.value), .time(dedupe.until),
        .bytes(AnswerBytes.write(receipt.answer)), .text(eventText(receipt)),
      ])
  }

  private static let countsOfSource = SQLStatement("SELECT state, requests, bytes FROM source_counts WHERE source_key = $1")
  private static let setCount = SQLStatement(
    """
    INSERT INTO source_counts (source_key, state, requests, bytes) VALUES ($1, $2, $3, $4)
    ON CONFLICT (source_key, state) DO UPDATE SET requests = excluded.requests, bytes = excluded.bytes
    """)
  private static let oldestRequest = SQLStatement(
    "SELECT key, kept_bytes FROM source_requests WHERE source_key = $1 AND state = $2 AND key <> $3 ORDER BY key LIMIT 1")
  private static let forgetRequest = SQLStatement("DELETE FROM source_requests WHERE key = $1")

  /// Counts a request that was written, and forgets the oldest other ones while there are too many.
  private static func count(
    _ receipt: Receipt, bytes: Int, replacing old: (ReceiptState, Int64)?, _ connection: any SQLConnection
  ) throws {
    let source = SQLValue.key(receipt.source.value)
    var counts = ReceiptCounts(
      try connection.all(countsOfSource, [source]) { row in
        (ReceiptState(code: row.integer(0)), ReceiptCounts.Count(requests: row.integer(1), bytes: row.integer(2)))
      })
    if let old { counts.remove(old.0, bytes: old.1) }
    counts.add(receipt.state, bytes: bytes)
    while let state = counts.excess {
      let oldest = try connection.first(oldestRequest, [source, .integer(state.code), .key(receipt.id.value)]) {
        ($0.integer(0), $0.integer(1))
      }
      guard let oldest else { break }
      try connection.execute(forgetRequest, [.integer(oldest.0)])
      counts.remove(state, bytes: oldest.1)
    }
    for state in counts.changed {
      let count = counts.counts[state] ?? ReceiptCounts.Count()
      try connection.execute(setCount, [source, .integer(state.code), .integer(count.requests), .integer(count.bytes)])
    }
  }
}

extension AppendResult {
  /// Whether it repeats what was erased.
  fileprivate var isErased: Bool {
    switch self {
    case .erased: true
    case .stored, .duplicate, .conflict: false
    }
  }
}
