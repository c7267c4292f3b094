// The SQL of row operations. Every name in it is quoted, every value is a parameter.

/// Writes statements that SQLite (3.24 and newer) and PostgreSQL (9.5 and newer) understand alike.
package enum RowSQL {
  /// The table that remembers which event each row has seen.
  package static let ledger = "tidehook_rows"

  /// Makes the ledger. A row that was deleted stays in it, so that a late older update does not bring it back.
  ///
  /// - Parameter keyType: the type of a text that compares byte by byte: ties of time are broken by the event's key.
  package static func makeLedger(keyType: String) -> String {
    """
    CREATE TABLE IF NOT EXISTS \(ledger) (table_name text NOT NULL, row_key text NOT NULL, event_time_us bigint NOT NULL, \
    event_key \(keyType) NOT NULL, deleted boolean NOT NULL, PRIMARY KEY (table_name, row_key))
    """
  }

  /// Takes a row for an event: writes that it has seen the event unless it has seen that one or a later one; then nothing is written.
  /// One that is replayed is taken again.
  ///
  /// Until the transaction ends, nobody else can take the same row. Parameters: table, key, time, event's key, whether the row is deleted.
  package static func takeRow(again isReplayed: Bool) -> String {
    """
    INSERT INTO \(ledger) (table_name, row_key, event_time_us, event_key, deleted) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (table_name, row_key) DO UPDATE SET event_time_us = excluded.event_time_us, event_key = excluded.event_key, \
    deleted = excluded.deleted WHERE (\(ledger).event_time_us, \(ledger).event_key) \(isReplayed ? "<=" : "<") (excluded.event_time_us, excluded.event_key)
    """
  }

  /// Inserts a row, or updates its values when its key is there. Parameters: the key's values, then the others.
  package static func upsert(_ table: String, key: [String], values: [String]) -> String {
    let columns = key + values
    let parameters = (1...columns.count).map { "$\($0)" }.joined(separator: ", ")
    let changes = values.map { "\(quoted($0)) = excluded.\(quoted($0))" }.joined(separator: ", ")
    return """
      INSERT INTO \(quoted(table)) (\(list(columns))) VALUES (\(parameters)) ON CONFLICT (\(list(key))) \
      \(values.isEmpty ? "DO NOTHING" : "DO UPDATE SET \(changes)")
      """
  }

  /// Removes a row. Parameters: the key's values.
  ///
  /// The columns are qualified: SQLite takes a quoted name that is no column for a text, and would compare that.
  package static func delete(_ table: String, key: [String]) -> String {
    let conditions = key.enumerated().map { "\(quoted(table)).\(quoted($0.element)) = $\($0.offset + 1)" }
    return "DELETE FROM \(quoted(table)) WHERE \(conditions.joined(separator: " AND "))"
  }

  /// Makes a table unless there is one of that name.
  package static func makeTable(_ name: String, columns: [(name: String, type: String)], key: [String]) -> String {
    let columns = columns.map { "\(quoted($0.name)) \($0.type)\(key.contains($0.name) ? " NOT NULL" : "")" }
    return "CREATE TABLE IF NOT EXISTS \(quoted(name)) (\((columns + ["PRIMARY KEY (\(list(key)))"]).joined(separator: ", ")))"
  }

  /// A name as SQL writes one that may hold anything (SQL-92, delimited identifiers). It has no NUL: the reader refuses that.
  package static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

  private static func list(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }
}
