// The column and the index of ordered deliveries.

extension Migration {
  /// What a delivery's place in the order depends on: `NULL` unless its webhook is ordered, which costs a byte and no index entry.
  ///
  /// `deliveries_order` has what is open or held of each key, in the order of acceptance. Its condition must be in each query that is to use it.
  /// `deliveries_order_leased` had what a node holds of each key; ``turns`` has done without it since.
  ///
  /// `deliveries_replays` has an entry only while a replay waits that is part of no order (trigger 2, `manual`): a job makes few of them due
  /// at a time. The first attempts and the retries of a lane are claimed without looking at it, and no other delivery pays for it.
  static let order = Migration(7, "ordered deliveries") { dialect in
    [
      "ALTER TABLE deliveries ADD COLUMN order_key \(dialect.integer)",
      """
      CREATE INDEX deliveries_order ON deliveries (webhook_key, order_key, event_key\(dialect.thenKey))
      WHERE order_key IS NOT NULL AND state IN (0, 1, 5)
      """,
      """
      CREATE INDEX deliveries_order_leased ON deliveries (webhook_key, order_key)
      WHERE order_key IS NOT NULL AND leased_by IS NOT NULL
      """,
      """
      CREATE INDEX deliveries_replays ON deliveries (webhook_key, next_trigger, due_at_us\(dialect.thenKey))
      WHERE leased_by IS NULL AND due_at_us IS NOT NULL AND next_trigger = 2 AND order_key IS NULL
      """,
    ]
  }
}
