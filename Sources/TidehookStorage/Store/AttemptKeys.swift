// Which attempts a delivery has, and which of them is its last: the one place that says so.

/// SQL about the attempts of one delivery: its own, and those of the batch that it was in, which are stored once for all its members.
enum AttemptKeys {
  /// Selects their keys. Of its batch's attempts it has the first ones, as many as it was tried besides its own: what was dropped out of the
  /// batch, or replayed by itself, has no part in what the batch tries after that.
  /// - Parameters:
  ///   - delivery: its key, as a column of an outer query or a parameter; parameters must be numbered in the order of these three.
  ///   - batch: the key of its batch's first delivery, or null.
  ///   - entropy: the other half of the batch's id, or null.
  static func of(_ delivery: String, batch: String, entropy: String) -> String {
    """
    SELECT key FROM attempts WHERE delivery_key = \(delivery) AND batch_entropy IS NULL
    UNION ALL SELECT g.key FROM (
      SELECT key, ROW_NUMBER() OVER (ORDER BY key) AS place FROM attempts WHERE delivery_key = \(batch) AND batch_entropy = \(entropy)) g
    WHERE g.place <= (
      SELECT m.attempt_count - (SELECT COUNT(*) FROM attempts WHERE delivery_key = m.key AND batch_entropy IS NULL)
      FROM deliveries m WHERE m.key = \(delivery))
    """
  }

  /// An expression over the columns of the last attempt of the outer query's delivery `d`; null when it has none.
  ///
  /// The last is the newest: numbers do not tell, as those of a batch count on from its most tried member.
  static func last(_ expression: String) -> String {
    """
    (SELECT \(expression) FROM attempts WHERE key IN (\(of("d.key", batch: "d.batch_id", entropy: "d.batch_entropy")))
    ORDER BY key DESC LIMIT 1)
    """
  }
}
