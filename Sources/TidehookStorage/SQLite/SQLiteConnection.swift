// SQLite's half of the driver seam: prepared statements bound and stepped through SQLite's own interface.

import GRDB
import GRDBSQLite

/// A connection that GRDB opened and whose statements GRDB keeps; binding and stepping skip its general path, which measures
/// three times as slow for rows of twenty columns.
final class SQLiteConnection: SQLConnection {
  private let database: Database
  private let checkpoints: LogCheckpoints?
  private var prepared: [ObjectIdentifier: Prepared] = [:]

  /// Keeps the text alive, so that its identity cannot be taken by another, and the statement, which the handle belongs to.
  private struct Prepared {
    let source: SQLStatement
    let statement: Statement
    let handle: OpaquePointer
    let parameterCount: Int

    init(_ source: SQLStatement, _ statement: Statement) {
      self.source = source
      self.statement = statement
      self.handle = statement.sqliteStatement
      self.parameterCount = Int(sqlite3_bind_parameter_count(handle))
    }

    /// Ends a use of the statement.
    func reset() {
      withExtendedLifetime(statement) { _ = sqlite3_reset(handle) }
    }
  }

  private static let beginImmediate = SQLStatement("BEGIN IMMEDIATE")
  private static let commitStatement = SQLStatement("COMMIT")
  private static let rollbackStatement = SQLStatement("ROLLBACK")

  /// - Parameter checkpoints: those of the log that this connection writes to; `nil` for one that only reads.
  init(_ database: Database, _ checkpoints: LogCheckpoints? = nil) {
    self.database = database
    self.checkpoints = checkpoints
  }

  @discardableResult
  func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> Int {
    let prepared = try bound(statement, arguments)
    defer { prepared.reset() }
    let code = sqlite3_step(prepared.handle)
    guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
    return Int(sqlite3_changes(database.sqliteConnection))
  }

  func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) -> Bool) throws(SQLFailure) {
    let prepared = try bound(statement, arguments)
    defer { prepared.reset() }
    let current = SQLiteRow(handle: prepared.handle)
    while true {
      let code = sqlite3_step(prepared.handle)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw failure(code) }
      guard row(current) else { return }
    }
  }

  func begin() throws(SQLFailure) { try execute(Self.beginImmediate, []) }

  func commit() throws(SQLFailure) { try execute(Self.commitStatement, []) }

  func rollback() {
    // SQLite itself rolls back after some failures; a second rollback would only fail.
    guard sqlite3_get_autocommit(database.sqliteConnection) == 0 else { return }
    _ = try? execute(Self.rollbackStatement, [])
  }

  func tidy() {
    guard let checkpoints, let connection = database.sqliteConnection else { return }
    checkpoints.finish(connection)
  }

  private func bound(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> Prepared {
    let prepared = try prepare(statement)
    guard arguments.count == prepared.parameterCount else {
      throw SQLFailure(.other, "statement has \(prepared.parameterCount) parameters, got \(arguments.count) values")
    }
    var position: CInt = 0
    for argument in arguments {
      position += 1
      let code = Self.bind(argument, at: position, of: prepared.handle)
      guard code == SQLITE_OK else { throw failure(code) }
    }
    return prepared
  }

  private func prepare(_ source: SQLStatement) throws(SQLFailure) -> Prepared {
    if let known = prepared[ObjectIdentifier(source)] { return known }
    do {
      // GRDB's cache has no bound either: it keeps what it is asked for as long as the connection is open.
      guard source.isKept else { return Prepared(source, try database.makeStatement(sql: source.text)) }
      let made = Prepared(source, try database.cachedStatement(sql: source.text))
      prepared[ObjectIdentifier(source)] = made
      return made
    } catch {
      throw SQLFailure(error)
    }
  }

  private func failure(_ code: CInt) -> SQLFailure {
    SQLFailure(sqliteCode: code, message: database.lastErrorMessage ?? "")
  }

  /// Tells SQLite to copy what it is given before the call returns (`SQLITE_TRANSIENT`, a macro that Swift does not import).
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private static func bind(_ value: SQLValue, at position: CInt, of handle: OpaquePointer) -> CInt {
    switch value {
    case .null:
      return sqlite3_bind_null(handle, position)
    case .integer(let number):
      return sqlite3_bind_int64(handle, position, number)
    case .double(let number):
      return sqlite3_bind_double(handle, position, number)
    case .text(var text):
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { characters in
          // An empty Swift buffer may have no address, which SQLite would take for NULL.
          guard let start = characters.baseAddress else { return sqlite3_bind_text(handle, position, "", 0, copied) }
          return sqlite3_bind_text(handle, position, start, CInt(characters.count), copied)
        }
      }
    case .bytes(let bytes):
      return bytes.withUnsafeBytes { buffer in
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return sqlite3_bind_zeroblob(handle, position, 0) }
        return sqlite3_bind_blob(handle, position, start, CInt(buffer.count), copied)
      }
    }
  }
}

/// The row that a statement stands on.
struct SQLiteRow: SQLRow {
  let handle: OpaquePointer

  func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL }

  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, CInt(column)) }

  func text(_ column: Int) -> String {
    // In SQLite's order: first the text, which may convert it, then its length.
    guard let start = sqlite3_column_text(handle, CInt(column)) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, CInt(column)))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func bytes(_ column: Int) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, CInt(column)) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, CInt(column)))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
