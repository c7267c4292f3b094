// Finds the pauses that receivers asked for before the process ended.

public import TidehookCore

extension SQLStore {
  /// Through the index of what is due and that of attempts: some twenty rows for each webhook, once at the start. The attempts of a batch belong
  /// to its first delivery, which may have been tried more rarely than others before, or be out of it by now.
  private static let throttled = SQLStatement(
    """
    SELECT a.started_at_us + a.duration_us, a.request_url, a.response_headers
    FROM deliveries d JOIN attempts a ON a.key = CASE d.batch_key
      WHEN '*' THEN (SELECT MAX(key) FROM attempts WHERE delivery_key = d.batch_id AND batch_entropy = d.batch_entropy)
      ELSE (SELECT MAX(key) FROM attempts WHERE delivery_key = d.key) END
    WHERE a.response_status IN (429, 503) AND a.request_url IS NOT NULL AND a.response_headers IS NOT NULL AND d.key IN (
      SELECT key FROM deliveries WHERE webhook_key = $1 AND leased_by IS NULL AND due_at_us IS NOT NULL AND due_at_us > $2
      ORDER BY due_at_us LIMIT 20)
    """)

  /// What the receivers of some webhooks asked for in their last answers to those deliveries that are tried again next.
  public func askedPauses(of webhooks: [WebhookID], after now: Timestamp) async throws(StoreError) -> [AskedPause] {
    try await read("find what receivers asked for") { connection throws(SQLFailure) in
      var pauses: [AskedPause] = []
      for id in webhooks {
        try connection.query(Self.throttled, [.key(id.value), .time(now)]) { row in
          let response = ReceivedResponse(status: 429, headers: HeaderText.read(row.text(2)))
          if let asked = response.header("Retry-After") {
            pauses.append(
              AskedPause(webhook: id, url: row.text(1), answeredAt: Timestamp(microseconds: row.integer(0)), retryAfter: asked))
          }
          return true
        }
      }
      return pauses
    }
  }
}
