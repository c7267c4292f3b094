// The driver seam: what the store needs of a database. SQL is written once above it, each database has one implementation below it.

package import TidehookCore

/// One connection, used by one thread at a time.
package protocol SQLConnection: AnyObject {
  /// Runs a statement that returns no rows.
  /// - Returns: how many rows it inserted, updated or deleted.
  @discardableResult
  func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> Int

  /// Runs a query and hands over its rows in order, until `row` returns `false`. Nothing else may run meanwhile.
  func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) -> Bool) throws(SQLFailure)

  /// Begins a transaction that may write.
  func begin() throws(SQLFailure)
  /// Commits; when it returns the transaction is as durable as the database was asked to make it.
  func commit() throws(SQLFailure)
  /// Gives up the transaction, if there still is one.
  func rollback()
  /// Does what the database likes done now and then; called by the writer when nobody waits for its last commit any more.
  func tidy()
}

extension SQLConnection {
  package func tidy() {}

  /// The first row of a query, `nil` when it has none.
  package func first<Value>(_ statement: SQLStatement, _ arguments: [SQLValue], _ value: (any SQLRow) -> Value) throws(SQLFailure) -> Value?
  {
    var found: Value?
    try query(statement, arguments) { row in
      found = value(row)
      return false
    }
    return found
  }

  /// Every row of a query.
  package func all<Value>(_ statement: SQLStatement, _ arguments: [SQLValue], _ value: (any SQLRow) -> Value) throws(SQLFailure) -> [Value]
  {
    var values: [Value] = []
    try query(statement, arguments) { row in
      values.append(value(row))
      return true
    }
    return values
  }
}

/// The current row of a query; columns count from 0. A `NULL` reads as `nil`, 0 or empty.
package protocol SQLRow {
  /// Whether the column is `NULL`.
  func isNull(_ column: Int) -> Bool
  /// A 64-bit integer.
  func integer(_ column: Int) -> Int64
  /// A text.
  func text(_ column: Int) -> String
  /// Bytes.
  func bytes(_ column: Int) -> [UInt8]
}

extension SQLRow {
  func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
  func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
  func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
}

/// A database with one writing connection and some reading ones.
package protocol SQLDatabase: Sendable {
  /// How this database spells what SQL leaves open.
  var dialect: SQLDialect { get }
  /// Runs `body` with the writing connection on the calling thread; the call may last as long as the store is open.
  func withWriter<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value
  /// Runs `body` with a reading connection, in one snapshot, off Swift's cooperative threads.
  func read<Value: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(SQLFailure) -> Value) async throws(SQLFailure) -> Value
  /// Has nothing be left of what was overwritten, where the database keeps a log of its own.
  func emptyLog() async throws(SQLFailure)
  /// How much room the database takes, `nil` where it cannot be told; over any of its connections.
  func space(_ connection: any SQLConnection) throws(SQLFailure) -> StoreSpace?
  /// Gives free pages at the end of the file back, in the transaction that is under way.
  func shrink(_ connection: any SQLConnection, pages: Int) throws(SQLFailure)
  /// How many steps reads took so far, `nil` where it cannot be told.
  var readSteps: Int? { get }
  /// Closes every connection; nothing may be running.
  func close() throws(SQLFailure)
}

extension SQLDatabase {
  /// Does nothing: a server overwrites its log in its own time.
  package func emptyLog() async throws(SQLFailure) {}

  /// Cannot be told.
  package var readSteps: Int? { nil }

  /// Cannot be told.
  package func space(_ connection: any SQLConnection) throws(SQLFailure) -> StoreSpace? { nil }

  /// Does nothing: a server has its own ways.
  package func shrink(_ connection: any SQLConnection, pages: Int) throws(SQLFailure) {}
}
