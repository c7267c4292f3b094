// Writes to SQLite files, one delivery at a time for each file.

import Synchronization
import TidehookCore
import TidehookStorage

/// The SQLite files of the folder.
final class SQLiteDestinations: Sendable {
  private let folder: DatabaseFolder?
  private let pools = Mutex<[String: SessionPool<Turn>]>([:])

  init(folder: DatabaseFolder?) {
    self.folder = folder
  }

  /// Carries out a batch on a file.
  func write(_ batch: RowBatch, of event: EventPosition, to file: String, by deadline: ContinuousClock.Instant) async throws(AttemptFailure)
    -> RowReport
  {
    guard let folder else { throw AttemptFailure(.blocked, "blocked: \(EgressPolicy.noFiles)") }
    let pool = pools.withLock { pools in
      let pool = pools[file] ?? SessionPool(size: 1) { Turn() }
      pools[file] = pool
      return pool
    }
    let turn = try await pool.borrow()
    defer { pool.giveBack(turn) }
    return try await BlockingCall.run { Self.write(batch, of: event, to: file, in: folder, by: deadline) }.get()
  }

  /// The file is opened anew for each delivery, so that one that was replaced, or put back from a backup, is not missed.
  private static func write(
    _ batch: RowBatch, of event: EventPosition, to file: String, in folder: DatabaseFolder, by deadline: ContinuousClock.Instant
  ) -> Result<RowReport, AttemptFailure> {
    if let problem = folder.problem(with: file) { return .failure(AttemptFailure(.blocked, "blocked: \(problem)")) }
    guard folder.has(file) || !batch.tables.isEmpty else {
      return .failure(AttemptFailure(.database, "there is no database \(file), and the operation does not say to create its table"))
    }
    do throws(SQLFailure) {
      let busyTimeout = max(deadline - .now, .milliseconds(1))
      return .success(
        try SQLiteFile.withConnection(path: folder.path(of: file), busyTimeout: busyTimeout) { (connection) throws(SQLFailure) in
          try RowWriter(connection: connection, dialect: SQLiteRows()).write(batch, of: event)
        })
    } catch {
      return .failure(AttemptFailure(.database, "\(file): \(error.description)"))
    }
  }
}
