// Finds the pauses that receivers asked for before the process ended.

public import TidehookCore

extension SQLStore {
  /// Through the indices of what is due, of replays and of what ended, and that of attempts. Some twenty rows of what is due now, and of what is due
  /// later, are enough, for those are tried next; a replay within an order is one of the former. What is held is in no such order: the oldest and
  /// the newest of it are looked at.
  private static let throttled = SQLStatement(
    """
    SELECT a.started_at_us + a.duration_us, a.request_url, a.response_headers
    FROM deliveries d JOIN attempts a ON a.key = \(AttemptKeys.last("key"))
    WHERE a.response_status IN (429, 503) AND a.request_url IS NOT NULL AND a.response_headers IS NOT NULL AND d.attempt_count > 0
      AND d.key IN (
        SELECT key FROM (\(waiting("due_at_us > $2"))) later
        UNION SELECT key FROM (\(waiting("due_at_us <= $2"))) ready
        UNION SELECT key FROM (\(waiting("order_key IS NULL AND next_trigger = 2"))) replays
        UNION SELECT key FROM (\(held("key"))) oldest
        UNION SELECT key FROM (\(held("key DESC"))) newest)
    """)

  private static func waiting(_ condition: String) -> String {
    """
    SELECT key FROM deliveries WHERE webhook_key = $1 AND leased_by IS NULL AND due_at_us IS NOT NULL AND \(condition)
    ORDER BY due_at_us LIMIT 20
    """
  }

  private static func held(_ order: String) -> String {
    let held = DeliveryState.ended("\(DeliveryState.held.code)", of: "")
    return "SELECT key FROM deliveries WHERE webhook_key = $1 AND \(held) ORDER BY \(order) LIMIT 500"
  }

  /// What the receivers of some webhooks asked for in their last answers to deliveries that are tried again next, or once they are resumed.
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
