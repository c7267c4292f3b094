// Writes a batch of row operations in one transaction, each row only if it has not seen a later event.

import TidehookCore
import TidehookStorage

/// Carries out batches on one connection.
struct RowWriter {
  let connection: any SQLConnection
  let dialect: any RowDialect

  private static let takeRow = SQLStatement(RowSQL.takeRow(again: false))
  private static let takeRowAgain = SQLStatement(RowSQL.takeRow(again: true))

  /// Does all of a batch, or nothing of it.
  /// - Parameter begun: called in the transaction before anything else.
  func write(
    _ batch: RowBatch, of event: EventPosition, begun: () throws(SQLFailure) -> Void = {}
  ) throws(SQLFailure) -> RowReport {
    try connection.begin()
    do throws(SQLFailure) {
      try begun()
      try dialect.prepare(batch, on: connection)
      var report = RowReport()
      for operation in batch.operations { try write(operation, of: event, &report) }
      try connection.commit()
      dialect.committed()
      return report
    } catch {
      connection.rollback()
      throw error
    }
  }

  private func write(_ operation: RowOperation, of event: EventPosition, _ report: inout RowReport) throws(SQLFailure) {
    let taken = try connection.execute(
      event.isReplayed ? Self.takeRowAgain : Self.takeRow,
      [
        .text(operation.table), .text(operation.rowKey), .integer(event.time.microseconds), .text(event.key.text),
        .integer(operation.leavesNothing ? 1 : 0),
      ])
    guard taken > 0 else { return report.ignored += 1 }
    for change in operation.changes {
      switch change {
      case .upsert(let values): report.upserted += try upsert(operation, values)
      case .delete: report.deleted += try delete(operation)
      }
    }
  }

  private func upsert(_ operation: RowOperation, _ values: [ColumnValue]) throws(SQLFailure) -> Int {
    let statement = RowSQL.upsert(operation.table, key: operation.key.map(\.column), values: values.map(\.column))
    do throws(SQLFailure) {
      return try connection.execute(SQLStatement(once: statement), try bound(operation.key + values, in: operation.table))
    } catch {
      // The databases' own words say what they looked for, but not where.
      guard error.description.contains("ON CONFLICT") else { throw error }
      throw SQLFailure(error.kind, "\(error.description); \(Self.needsIndex(operation))")
    }
  }

  private func delete(_ operation: RowOperation) throws(SQLFailure) -> Int {
    let statement = RowSQL.delete(operation.table, key: operation.key.map(\.column))
    let count = try connection.execute(SQLStatement(once: statement), try bound(operation.key, in: operation.table))
    guard count <= 1 else { throw SQLFailure(.other, "the key means \(count) rows, none was deleted; \(Self.needsIndex(operation))") }
    return count
  }

  private func bound(_ columns: [ColumnValue], in table: String) throws(SQLFailure) -> [SQLValue] {
    var values: [SQLValue] = []
    for column in columns { values.append(try dialect.value(column.value, of: column.column, in: table)) }
    return values
  }

  private static func needsIndex(_ operation: RowOperation) -> String {
    "table \(operation.table) needs a unique index on (\(operation.key.map(\.column).joined(separator: ", ")))"
  }
}
