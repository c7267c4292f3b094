// Why members of batches were dropped, kept with the attempt.

extension Migration {
  /// `dropped` of a batch's attempt says which members the pipeline dropped, and why (``DropsText``): their rows know it only until they are
  /// replayed. `NULL` in nearly every row, and in every row of a delivery that goes alone: its attempt has the reason as its message.
  static let drops = Migration(20, "what was dropped out of batches") { _ in
    ["ALTER TABLE attempts ADD COLUMN dropped TEXT"]
  }
}
