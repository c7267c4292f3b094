// The rows of what sources received: written one by one, shown in lists by state, newest first.

public import TidehookCore

extension SQLStore: ReceiptHistory {
  private static let insertRequest = SQLStatement(
    """
    INSERT INTO source_requests (
      key, entropy, source_key, revision, state, received_at_us, rerun_at_us, scheme, secret_header, reason, status, plugin, event_count,
      kept_bytes, body_bytes, method, url, path, query, headers, answer, log, events, body, erased_at_us, repeated_events)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
    """)
  private static let keptBytes = SQLStatement("SELECT kept_bytes FROM source_requests WHERE key = $1")
  private static let updateRequest = SQLStatement(
    """
    UPDATE source_requests SET revision = $1, state = $2, rerun_at_us = $3, scheme = $4, secret_header = $5, reason = $6, status = $7,
      plugin = $8, event_count = $9, kept_bytes = $10, answer = $11, log = $12, events = $13,
      body = CASE WHEN $14 IS NULL THEN body ELSE $15 END, headers = CASE WHEN $14 IS NULL THEN headers ELSE '' END,
      url = CASE WHEN $14 IS NULL THEN url ELSE path END, query = CASE WHEN $14 IS NULL THEN query ELSE '' END, erased_at_us = $14,
      repeated_events = $16
    WHERE key = $17
    """)

  /// Writes a request's row.
  /// - Parameter repeated: the events of the request that it repeats; `nil` for one that repeats none.
  /// - Returns: how many bytes it keeps, and how many it kept before.
  static func write(
    _ receipt: Receipt, _ headers: String, repeating repeated: String?, replacing isReplaced: Bool, _ connection: any SQLConnection
  ) throws -> (new: Int, old: Int64) {
    let request = receipt.request
    let answer = AnswerBytes.write(receipt.answer)
    let events = eventText(receipt)
    let texts = [headers, events, repeated ?? "", receipt.log, receipt.reason ?? "", request.url, request.path, request.query]
    let kept = texts.reduce((receipt.erasedAt == nil ? receipt.bodyBytes : 0) + answer.count) { $0 + $1.utf8.count }
    if isReplaced {
      let old = try connection.first(keptBytes, [.key(receipt.id.value)]) { $0.integer(0) } ?? 0
      try connection.execute(
        updateRequest,
        [
          .integer(Int64(receipt.revision)), .integer(receipt.state.code), .time(receipt.rerunAt), .text(receipt.scheme.rawValue),
          SQLValue(receipt.secretPlaces.isEmpty ? nil : receipt.secretPlaces.joined(separator: ",")), SQLValue(receipt.reason),
          .integer(Int64(receipt.answer.status)),
          PluginText.value(of: receipt.plugin.map { [$0] } ?? []), .integer(Int64(receipt.eventCount)), .integer(Int64(kept)),
          .bytes(answer), .text(receipt.log), .text(events), .time(receipt.erasedAt), .bytes([]), SQLValue(repeated),
          .key(receipt.id.value),
        ])
      return (kept, old)
    }
    try connection.execute(
      insertRequest,
      [
        .key(receipt.id.value), .entropy(receipt.id.value), .key(receipt.source.value), .integer(Int64(receipt.revision)),
        .integer(receipt.state.code), .time(receipt.receivedAt), .time(receipt.rerunAt), .text(receipt.scheme.rawValue),
        SQLValue(receipt.secretPlaces.isEmpty ? nil : receipt.secretPlaces.joined(separator: ",")), SQLValue(receipt.reason),
        .integer(Int64(receipt.answer.status)),
        PluginText.value(of: receipt.plugin.map { [$0] } ?? []), .integer(Int64(receipt.eventCount)), .integer(Int64(kept)),
        .integer(Int64(receipt.bodyBytes)), .text(request.method), .text(request.url), .text(request.path), .text(request.query),
        .text(headers), .bytes(answer), .text(receipt.log), .text(events), .bytes(request.body), .time(receipt.erasedAt),
        SQLValue(repeated),
      ])
    return (kept, 0)
  }

  private static let shortColumns = """
    key, entropy, source_key, revision, state, received_at_us, rerun_at_us, scheme, secret_header, reason, status, plugin, event_count,
    body_bytes, method, url, path, query, erased_at_us
    """
  private static let oneRequest = SQLStatement(
    """
    SELECT \(shortColumns), headers, answer, log, events, body FROM source_requests
    WHERE key = $1 AND entropy = $2 AND source_key = $3
    """)

  /// One request, whole.
  public func receipt(_ id: InboundRequestID, of source: SourceID) async throws(StoreError) -> Receipt? {
    try await read("read request \(id)") { connection throws(SQLFailure) in
      try connection.first(Self.oneRequest, [.key(id.value), .entropy(id.value), .key(source.value)]) { row in
        var receipt = row.shortReceipt(of: source)
        receipt.request.headers = HeaderText.read(row.text(19))
        receipt.answer = AnswerBytes.read(row.bytes(20))
        receipt.log = row.text(21)
        receipt.events = row.text(22).split(separator: " ").map { EventID(stored: String($0)) }
        receipt.request.body = row.bytes(23)
        return receipt
      }
    }
  }

  private static let rejectedCount = SQLStatement(
    "SELECT COUNT(*) FROM (SELECT 1 FROM source_requests WHERE source_key = $1 AND state = $2 AND key >= $3 LIMIT $4) rejected")
  private static let firstRejected = SQLStatement(
    "SELECT received_at_us FROM source_requests WHERE source_key = $1 AND state = $2 AND key >= $3 ORDER BY key LIMIT 1")
  private static let lastRejected = SQLStatement(
    "SELECT reason FROM source_requests WHERE source_key = $1 AND state = $2 AND key >= $3 ORDER BY key DESC LIMIT 1")

  /// What sources have rejected since some time, counted in the index of states.
  public func rejections(of sources: [SourceID], since: Timestamp, upTo limit: Int) async throws(StoreError) -> [SourceID: Rejections] {
    let first = SQLValue.integer(TimeOrderedID.key(at: since))
    return try await read("count rejected requests") { connection throws(SQLFailure) in
      var all: [SourceID: Rejections] = [:]
      for id in sources {
        let arguments: [SQLValue] = [.key(id.value), .integer(ReceiptState.rejected.code), first]
        let limited = arguments + [.integer(Int64(limit))]
        guard let count = try connection.first(Self.rejectedCount, limited, { Int($0.integer(0)) }), count > 0 else { continue }
        all[id] = Rejections(
          count: count, isAtLeast: count == limit, first: try connection.first(Self.firstRejected, arguments) { $0.time(0) },
          lastReason: try connection.first(Self.lastRejected, arguments) { $0.optionalText(0) } ?? nil)
      }
      return all
    }
  }

  /// Requests, newest first, older than `cursor` (a request's key), each without headers, body and log.
  public func receipts(_ filter: ReceiptFilter, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Receipt] {
    // One list for each state, so that the index knows the order.
    let lists = (filter.state.map { [$0] } ?? ReceiptState.allCases).map { state in
      var conditions = Conditions()
      conditions.add("source_key = ?", .key(filter.source.value))
      conditions.add("state = ?", .integer(state.code))
      conditions.addTimes(key: "key", time: "received_at_us", since: filter.since, until: filter.until)
      conditions.add("key < ?", cursor.map(SQLValue.integer))
      let maximum = conditions.parameter(.integer(Int64(limit)))
      let text = "SELECT \(Self.shortColumns) FROM source_requests \(conditions.clause) ORDER BY key DESC LIMIT \(maximum)"
      return (SQLStatement(once: text), conditions.arguments)
    }
    return try await read("list requests of source \(filter.source)") { connection throws(SQLFailure) in
      var found: [Receipt] = []
      for (query, arguments) in lists { found += try connection.all(query, arguments) { $0.shortReceipt(of: filter.source) } }
      if lists.count > 1 { found.sort { $0.id.key > $1.id.key } }
      return Array(found.prefix(limit))
    }
  }
}

extension SQLRow {
  /// A request without what is long, in the columns of the lists.
  fileprivate func shortReceipt(of source: SourceID) -> Receipt {
    var receipt = Receipt(
      id: InboundRequestID(id(0)), source: source, revision: Int(integer(3)), receivedAt: time(5),
      request: InboundRequest(method: text(14), url: text(15), path: text(16), query: text(17)),
      scheme: VerificationScheme(rawValue: text(7)) ?? .none, secretPlaces: (optionalText(8) ?? "").split(separator: ",").map(String.init))
    receipt.bodyBytes = Int(integer(13))
    receipt.state = ReceiptState(code: integer(4))
    receipt.reason = optionalText(9)
    receipt.answer = InboundAnswer(status: Int(integer(10)))
    receipt.plugin = optionalText(11).flatMap { PluginText.read($0).first }
    receipt.eventCount = Int(integer(12))
    receipt.rerunAt = optionalTime(6)
    receipt.erasedAt = optionalTime(18)
    return receipt
  }
}
