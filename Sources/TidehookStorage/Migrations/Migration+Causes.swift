// The column and the index of what failed.

extension Migration {
  /// Why a delivery is dead or waits for another attempt: the kind of its last failure, empty where that is not known; `NULL` in every other
  /// state, which costs a byte and no index entry.
  ///
  /// `deliveries_failure` lists and counts them by webhook and cause.
  static let causes = Migration(15, "causes of failures") { dialect in
    let last = """
      COALESCE((
        SELECT a.failure_kind FROM attempts a
        WHERE (a.delivery_key = deliveries.key AND a.batch_entropy IS NULL)
          OR (a.delivery_key = deliveries.batch_id AND a.batch_entropy = deliveries.batch_entropy)
        ORDER BY a.number DESC, a.key DESC LIMIT 1), '')
      """
    return [
      "ALTER TABLE deliveries ADD COLUMN failure TEXT",
      "CREATE INDEX deliveries_failure ON deliveries (state, failure, webhook_key\(dialect.thenKey)) WHERE failure IS NOT NULL",
      "UPDATE deliveries SET failure = \(last) WHERE state >= 3 AND state = 4",
      """
      UPDATE deliveries SET failure = \(last) WHERE key IN (
        SELECT d.key FROM webhooks w CROSS JOIN deliveries d WHERE d.webhook_key = w.key AND d.state = 1)
      """,
    ]
  }
}
