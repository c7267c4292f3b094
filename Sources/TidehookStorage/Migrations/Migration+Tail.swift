// Which events were committed out of the order of their keys.

extension Migration {
  /// Each row notes events of one write, by their keys in order, eight bytes each, that were committed after events with higher keys. Most
  /// writes have none, and old notes are removed as new ones come (``KeptNotes``).
  static let tail = Migration(19, "late events") { dialect in
    let (integer, bytes) = (dialect.integer, dialect.bytes)
    return ["CREATE TABLE late_events (number \(integer) PRIMARY KEY, keys \(bytes) NOT NULL)\(dialect.tableOptions)"]
  }
}
