// The columns of what was erased.

extension Migration {
  /// When the content of an event, or of a source's request, was erased: `NULL` in nearly every row.
  static let erasure = Migration(14, "erased content") { dialect in
    [
      "ALTER TABLE events ADD COLUMN erased_at_us \(dialect.integer)",
      "ALTER TABLE source_requests ADD COLUMN erased_at_us \(dialect.integer)",
    ]
  }
}
