// The column and the index of ordered deliveries.

extension Migration {
  /// What a delivery's place in the order depends on: `NULL` unless its webhook is ordered, which costs a byte and no index entry.
  ///
  /// `deliveries_order` has what is open or held of each key, in the order of acceptance. Its condition must be in each query that is to use it.
  static let order = Migration(7, "ordered deliveries") { dialect in
    [
      "ALTER TABLE deliveries ADD COLUMN order_key \(dialect.integer)",
      """
      CREATE INDEX deliveries_order ON deliveries (webhook_key, order_key, event_key\(dialect.thenKey))
      WHERE order_key IS NOT NULL AND state IN (0, 1, 5)
      """,
    ]
  }
}
