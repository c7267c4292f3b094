// What of a PostgreSQL database must be known to write to it, looked up once for each connection.

import TidehookCore
import TidehookStorage

/// The tables that one connection has met. After a failure it starts anew: what it knew may be why.
final class PostgresRows: RowDialect {
  private struct Knowledge {
    var tables: Set<String> = []
    var columns: [String: [String: PostgresColumn]] = [:]
  }

  private var known = Knowledge()
  private var learned = Knowledge()

  private static let find = SQLStatement("SELECT pg_catalog.to_regclass($1) IS NULL")
  /// Two connections that make a table at once would fail in the catalogue. The number is this program's alone.
  private static let makeAlone = SQLStatement("SELECT pg_catalog.pg_advisory_xact_lock(7595438100913845)")
  private static let makeLedger = SQLStatement(RowSQL.makeLedger(keyType: "text COLLATE \"C\""))

  private static let columns = SQLStatement(
    """
    SELECT a.attname, b.typname, COALESCE(e.typname, '') FROM pg_catalog.pg_attribute a \
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
    JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END \
    LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem AND b.typcategory = 'A' \
    WHERE a.attrelid = pg_catalog.to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
    """)

  func prepare(_ batch: RowBatch, on connection: any SQLConnection) throws(SQLFailure) {
    learned = known
    try make(RowSQL.ledger, on: connection, Self.makeLedger)
    for table in batch.tables {
      let columns = table.columns.map { (name: $0.name, type: Self.type($0.type)) }
      try make(table.name, on: connection, SQLStatement(once: RowSQL.makeTable(table.name, columns: columns, key: table.key)))
    }
    for table in Set(batch.operations.map(\.table)) where learned.columns[table] == nil {
      let rows = try connection.all(Self.columns, [.text(RowSQL.quoted(table))]) {
        ($0.text(0), PostgresColumn(type: $0.text(1), element: $0.text(2)))
      }
      learned.columns[table] = Dictionary(rows, uniquingKeysWith: { $1 })
    }
  }

  func value(_ value: JSONValue, of column: String, in table: String) throws(SQLFailure) -> SQLValue {
    // Of a column that is not there the database speaks better.
    (learned.columns[table]?[column] ?? .plain).value(value)
  }

  func committed() { known = learned }

  /// A role that may not make tables can use one that is there, which `IF NOT EXISTS` alone would not let it.
  private func make(_ table: String, on connection: any SQLConnection, _ definition: SQLStatement) throws(SQLFailure) {
    guard learned.tables.insert(table).inserted else { return }
    guard try connection.first(Self.find, [.text(RowSQL.quoted(table))], { $0.text(0) }) == "t" else { return }
    try connection.execute(Self.makeAlone, [])
    try connection.execute(definition, [])
  }

  private static func type(_ type: TableDefinition.ColumnType) -> String {
    switch type {
    case .text: "text"
    case .integer: "bigint"
    case .number: "double precision"
    case .boolean: "boolean"
    case .json: "jsonb"
    case .time: "timestamp with time zone"
    }
  }
}
