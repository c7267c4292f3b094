// What deliveries that are collected need.

extension Migration {
  /// Groups and batches. The columns are `NULL` in every row of a webhook that does not collect, and no index has those rows.
  ///
  /// - `batch_key` is a ``BatchGroup``, until a replay makes the delivery one by itself;
  /// - `deliveries_batch_key` counts groups and lists their oldest without a look at the table;
  /// - `batch_id` is the key of the batch's first delivery, to which its attempts belong; with `batch_entropy` it is a ``BatchID``.
  static let batches = Migration(11, "batches") { dialect in
    let integer = dialect.integer
    return [
      "ALTER TABLE deliveries ADD COLUMN batch_key TEXT",
      "ALTER TABLE deliveries ADD COLUMN batch_id \(integer)",
      "ALTER TABLE deliveries ADD COLUMN batch_entropy \(integer)",
      "ALTER TABLE attempts ADD COLUMN batch_entropy \(integer)",
      """
      CREATE INDEX deliveries_batch_key ON deliveries (webhook_key, batch_key, key, due_at_us)
      WHERE batch_key IS NOT NULL AND due_at_us IS NOT NULL
      """,
      "CREATE INDEX deliveries_batch ON deliveries (batch_id) WHERE batch_id IS NOT NULL",
    ]
  }

  /// What is collected and due, oldest first: a claim reads as much of it as it takes.
  static let dueBatches = Migration(17, "batches that are due") { dialect in
    [
      """
      CREATE INDEX deliveries_batch_due ON deliveries (webhook_key, due_at_us\(dialect.thenKey))
      WHERE leased_by IS NULL AND due_at_us IS NOT NULL AND batch_key > ''
      """
    ]
  }
}
