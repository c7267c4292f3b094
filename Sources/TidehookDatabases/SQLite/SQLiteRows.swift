// How SQLite holds what row operations write.

import TidehookCore
import TidehookStorage

/// SQLite's types are those of values, so nothing of a table needs to be known.
final class SQLiteRows: RowDialect {
  private static let makeLedger = SQLStatement(RowSQL.makeLedger(keyType: "text"))

  func prepare(_ batch: RowBatch, on connection: any SQLConnection) throws(SQLFailure) {
    try connection.execute(Self.makeLedger, [])
    for table in batch.tables {
      let columns = table.columns.map { (name: $0.name, type: Self.type($0.type)) }
      try connection.execute(SQLStatement(once: RowSQL.makeTable(table.name, columns: columns, key: table.key)), [])
    }
  }

  func value(_ value: JSONValue, of column: String, in table: String) throws(SQLFailure) -> SQLValue {
    switch value {
    case .null: return .null
    case .bool(let value): return .integer(value ? 1 : 0)
    case .integer(let value): return .integer(value)
    case .string(let text): return .text(text)
    case .array, .object: return .text(String(decoding: value.bytes, as: UTF8.self))
    case .number(let literal):
      // Digits that a double cannot hold would be lost without a word.
      guard let number = value.doubleValue, number.isFinite, JSONValue.double(number) == value else {
        throw SQLFailure(
          .other, "\(table).\(column): the number \(literal.prefix(40)) fits neither 64 bits nor a double; send it as a string")
      }
      return .double(number)
    }
  }

  func committed() {}

  private static func type(_ type: TableDefinition.ColumnType) -> String {
    switch type {
    case .text, .json, .time: "text"
    case .integer: "integer"
    case .number: "real"
    case .boolean: "boolean"
    }
  }
}
