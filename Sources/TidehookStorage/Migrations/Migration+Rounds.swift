// When a delivery's round of tries began.

extension Migration {
  /// When a replay or the end of a pause began another round; `NULL`, as in nearly every row, means when the delivery was made.
  ///
  /// While a delivery is held it is when its next try would have been due.
  static let rounds = Migration(13, "rounds of tries") { dialect in
    ["ALTER TABLE deliveries ADD COLUMN round_began_us \(dialect.integer)"]
  }
}
