// Which attempts a delivery has, and which of them is its last: the one place that says so.

/// SQL about the attempts of one delivery: its own, and those of the batch that it was in, which are stored once for all its members.
enum AttemptKeys {
  /// Selects their keys. What the pipeline dropped out of a batch has none of the attempts that the batch made after that.
  ///
  /// Texts are searched only for keys in quotation marks with a colon, as ``DropsText`` writes them; no reason can look like that.
  /// - Parameters:
  ///   - delivery: its key, as a column of an outer query or a parameter; parameters must be numbered in the order of these three.
  ///   - batch: the key of its batch's first delivery, or null.
  ///   - entropy: the other half of the batch's id, or null.
  static func of(_ delivery: String, batch: String, entropy: String) -> String {
    """
    SELECT key FROM attempts WHERE delivery_key = \(delivery) AND batch_entropy IS NULL
    UNION ALL SELECT s.key FROM (
      SELECT MIN(key) AS key FROM attempts WHERE delivery_key = \(batch) AND batch_entropy = \(entropy)
        AND dropped LIKE '%"' || CAST(\(delivery) AS bigint) || '":%') g
    CROSS JOIN attempts s WHERE s.delivery_key = \(batch) AND s.batch_entropy = \(entropy) AND (g.key IS NULL OR s.key <= g.key)
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
