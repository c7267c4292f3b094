// A statement's text, and the values that go with it.

/// The text of a statement, recognised by identity.
///
/// Parameters are `$1`, `$2`, … in order of first appearance, which is what both SQLite (named parameters) and PostgreSQL
/// (numbered parameters) bind in that order.
package final class SQLStatement: Sendable {
  /// The SQL.
  package let text: String

  /// Whether connections keep it prepared. Statements that are put together at run time are not kept: there is no end of them.
  let isKept: Bool

  /// Wraps the text of a statement that is used again and again: each connection prepares it once.
  package init(_ text: String) {
    self.text = text
    self.isKept = true
  }

  /// Wraps a text that was put together for one use.
  package init(once text: String) {
    self.text = text
    self.isKept = false
  }
}

/// A value that is bound to a parameter.
package enum SQLValue: Sendable {
  /// `NULL`.
  case null
  /// A 64-bit integer.
  case integer(Int64)
  /// A floating-point number.
  case double(Double)
  /// A text.
  case text(String)
  /// Bytes.
  case bytes([UInt8])

  /// An integer or `NULL`.
  init(_ value: Int64?) {
    self = value.map(SQLValue.integer) ?? .null
  }

  /// A text or `NULL`.
  init(_ value: String?) {
    self = value.map(SQLValue.text) ?? .null
  }

  /// Bytes or `NULL`.
  init(_ value: [UInt8]?) {
    self = value.map(SQLValue.bytes) ?? .null
  }
}

/// How a database spells what SQL leaves open.
package struct SQLDialect: Sendable {
  /// The type of a 64-bit integer.
  let integer: String
  /// The type of a byte string.
  let bytes: String
  /// What follows a table's columns.
  let tableOptions: String
  /// The same for a table whose rows are kept in the order of its primary key, where the database can do that.
  let clusteredTableOptions: String
  /// What ends an index's columns so that equal entries are in key order.
  let thenKey: String

  /// The text of a member of a JSON object, `NULL` when it is null or absent.
  let member: @Sendable (_ name: String, _ column: String) -> String

  /// What has a transaction overwrite with zeros what it lets go of, and what ends that; `nil` where there is nothing of the kind.
  let overwriting: (on: String, off: String)?

  /// SQLite: `INTEGER PRIMARY KEY` is the row's own key, which ends every index entry anyway; `STRICT` tables check types.
  static let sqlite = SQLDialect(
    integer: "INTEGER", bytes: "BLOB", tableOptions: " STRICT", clusteredTableOptions: " STRICT, WITHOUT ROWID", thenKey: "",
    member: { "json_extract(\($1), '$.\($0)')" },
    overwriting: ("PRAGMA secure_delete = ON", "PRAGMA secure_delete = FAST"))
}
