// A driver around SQLite's that fails, fills up or records on command.

import Dispatch
import Synchronization
import TidehookStorage

/// What the driver does, shared with the test.
final class Faults: Sendable {
  /// A statement that ran, with its values.
  struct Call: Sendable {
    let statement: String
    let arguments: [SQLValue]
  }

  private struct State {
    var failure: SQLFailure?
    var pageLimit: Int64?
    var gate: DispatchSemaphore?
    var calls: [Call] = []
  }

  private let state = Mutex(State())

  /// Fails each commit that way; `nil` lets them pass.
  func failCommits(_ failure: SQLFailure?) {
    state.withLock { $0.failure = failure }
  }

  /// Has the database report a full disk once it has that many pages, from the next transaction on.
  func limitPages(_ count: Int64) {
    state.withLock { $0.pageLimit = count }
  }

  /// Has the writer stand still before its next transaction, until the returned closure is called.
  func holdWriter() -> @Sendable () -> Void {
    let gate = DispatchSemaphore(value: 0)
    state.withLock { $0.gate = gate }
    return {
      self.state.withLock { $0.gate = nil }
      gate.signal()
    }
  }

  fileprivate func passGate() {
    guard let gate = state.withLock({ $0.gate }) else { return }
    gate.wait()
  }

  /// The writer's and readers' statements so far.
  var statements: [String] { calls.map(\.statement) }
  /// The same with their values.
  var calls: [Call] { state.withLock { $0.calls } }

  fileprivate func takePageLimit() -> Int64? {
    state.withLock { state in
      defer { state.pageLimit = nil }
      return state.pageLimit
    }
  }

  fileprivate func checkCommit() throws(SQLFailure) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  fileprivate func note(_ statement: SQLStatement, _ arguments: [SQLValue]) {
    state.withLock { $0.calls.append(Call(statement: statement.text, arguments: arguments)) }
  }
}

/// A database whose connections obey their faults.
struct FaultyDatabase: SQLDatabase {
  let base: SQLiteDatabase
  let faults: Faults

  init(_ base: SQLiteDatabase, _ faults: Faults) {
    self.base = base
    self.faults = faults
  }

  var dialect: SQLDialect { base.dialect }

  func withWriter<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
    try base.withWriter { connection in try body(FaultyConnection(connection, faults)) }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws(SQLFailure) -> Value
  ) async throws(SQLFailure) -> Value {
    try await base.read { [faults] connection throws(SQLFailure) in try body(FaultyConnection(connection, faults)) }
  }

  func close() throws(SQLFailure) { try base.close() }
}

private final class FaultyConnection: SQLConnection {
  private let base: any SQLConnection
  private let faults: Faults

  init(_ base: any SQLConnection, _ faults: Faults) {
    self.base = base
    self.faults = faults
  }

  func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(SQLFailure) -> Int {
    faults.note(statement, arguments)
    return try base.execute(statement, arguments)
  }

  func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) -> Bool) throws(SQLFailure) {
    faults.note(statement, arguments)
    try base.query(statement, arguments, row)
  }

  func begin() throws(SQLFailure) {
    faults.passGate()
    if let limit = faults.takePageLimit() { try base.execute(SQLStatement("PRAGMA max_page_count = \(limit)"), []) }
    try base.begin()
  }

  func commit() throws(SQLFailure) {
    try faults.checkCommit()
    try base.commit()
  }

  func rollback() { base.rollback() }

  func tidy() { base.tidy() }
}
