// What differs between the databases that rows are written to.

import TidehookCore
import TidehookStorage

/// One kind of database, on one connection.
protocol RowDialect: AnyObject {
  /// Sees that the ledger is there and the tables that the batch may make, and learns what writing the batch needs to know.
  /// A transaction is open.
  func prepare(_ batch: RowBatch, on connection: any SQLConnection) throws(SQLFailure)

  /// The value as it is bound to a column.
  func value(_ value: JSONValue, of column: String, in table: String) throws(SQLFailure) -> SQLValue

  /// What ``prepare(_:on:)`` learned is certain from now on: its transaction was committed.
  func committed()
}
