// What statements cost, counted in steps of SQLite's virtual machine: the same on every machine, however busy it is.

import GRDBSQLite
import TidehookStorage

/// A connection of its own to a database, on which statements are tried and nothing is changed.
struct StatementCosts {
  private struct Failed: Error {
    let statement: String
  }

  private let handle: OpaquePointer

  init(path: String) throws {
    var handle: OpaquePointer?
    guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let handle else { throw Failed(statement: path) }
    self.handle = handle
  }

  func close() { sqlite3_close(handle) }

  /// How many steps it takes to run statements to their ends, one after the other.
  func steps(_ calls: [Faults.Call]) throws -> Int {
    sqlite3_exec(handle, "BEGIN", nil, nil, nil)
    defer { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    return try calls.reduce(0) { try $0 + steps($1) }
  }

  private func steps(_ call: Faults.Call) throws -> Int {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, call.statement, -1, &statement, nil) == SQLITE_OK else { throw Failed(statement: call.statement) }
    defer { sqlite3_finalize(statement) }
    for (index, value) in call.arguments.enumerated() { bind(value, Int32(index + 1), statement) }
    while true {
      let code = sqlite3_step(statement)
      if code == SQLITE_DONE { break }
      guard code == SQLITE_ROW else { throw Failed(statement: call.statement) }
    }
    return Int(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0))
  }

  private func bind(_ value: SQLValue, _ position: Int32, _ statement: OpaquePointer?) {
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: sqlite3_bind_null(statement, position)
    case .integer(let number): sqlite3_bind_int64(statement, position, number)
    case .double(let number): sqlite3_bind_double(statement, position, number)
    case .text(let text): sqlite3_bind_text(statement, position, text, -1, copied)
    case .bytes(let bytes): sqlite3_bind_blob(statement, position, bytes, Int32(bytes.count), copied)
    }
  }
}
