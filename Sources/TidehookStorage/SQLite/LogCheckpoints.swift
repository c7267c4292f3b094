// Writes SQLite's write-ahead log back into the database file (sqlite.org/wal.html#ckpt) without a commit waiting for it.

import Dispatch
import GRDBSQLite
import Glibc
import Synchronization
import TidehookCore

/// Checkpoints on a thread and a connection of its own: a commit appends to the log meanwhile, where SQLite's own checkpoints run inside
/// the commit that fills the log, for 7 to 15 ms for 200 pages of 4 KiB that are forced to disk.
///
/// SQLite begins the log anew only when all of it is written back. Under a load that never pauses the thread alone would not catch up with
/// it, so a log that has grown long is finished by the writer (`finish`), which then has only what was logged since
/// the thread's last round began to write.
final class LogCheckpoints: Sendable {
  private struct State {
    /// Pages in the log, and how many of them are in the database file too.
    var pages = 0
    var written = 0
    /// Pages in the log at the writer's last try to finish it: one that a reader kept from ending is not repeated at once.
    var tried = 0
    /// Commits since the thread last looked whether the database rests.
    var commits = 0
    var isAsked = false
    var isClosed = false
  }

  /// Pages that are worth a write-back, 2 MiB: less would write what changes often more often than needed.
  private static let roundPages = 500
  /// Pages at which the writer finishes the log, 8 MiB.
  private static let longPages = 2000

  /// How often the thread looks whether the database rests, and how many commits at most are rest: health checks write, too.
  static let restPause = DispatchTimeInterval.seconds(30)
  private static let restCommits = 16
  /// How long the cut of a log may wait for others while the database rests, in milliseconds; commits wait for that, and for the cut.
  private static let cutWait: CInt = 20

  private let path: String
  private let restPause: DispatchTimeInterval
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)
  private let thread = Mutex<pthread_t?>(nil)

  init(path: String, restPause: DispatchTimeInterval) {
    self.path = path
    self.restPause = restPause
  }

  /// Takes over from SQLite's own checkpoints on the writing connection, which must not outlive this.
  func attach(_ writer: OpaquePointer) throws(SQLFailure) {
    sqlite3_wal_hook(
      writer,
      { checkpoints, _, _, pages in
        guard let checkpoints else { return SQLITE_OK }
        Unmanaged<LogCheckpoints>.fromOpaque(checkpoints).takeUnretainedValue().logged(Int(pages))
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
    let started = startThread { self.run() }
    guard let started else { throw SQLFailure(.other, "the system refused a thread") }
    thread.withLock { $0 = started }
  }

  /// Ends the thread, once it is through with what it does. A second call does nothing.
  func close() {
    state.withLock { $0.isClosed = true }
    wake.signal()
    if let started = thread.withLock({ $0.take() }) { pthread_join(started, nil) }
  }

  /// Writes back what is left of a log that has grown long; for the writer, when nobody waits for it.
  func finish(_ writer: OpaquePointer) {
    let pages = state.withLock { $0.pages >= Self.longPages && $0.pages - $0.tried >= Self.roundPages ? $0.pages : nil }
    guard let pages, writeBack(writer) else { return }
    state.withLock { $0.tried = pages }
  }

  /// How long the log is tried to be emptied while something reads: 100 times, each a tenth of a second, in which commits wait, and half of
  /// that, in which they go on.
  private static let emptyingTries = 100
  private static let emptyingWait: CInt = 100
  private static let emptyingPause: UInt32 = 50_000

  /// Writes all of the log back and cuts its file to nothing: what was overwritten in the database is not left in it.
  /// - Throws: `busy` when something read all the time.
  func emptyLog() throws(SQLFailure) {
    guard let connection = open() else { throw SQLFailure(.other, "cannot open the database") }
    defer { sqlite3_close_v2(connection) }
    sqlite3_busy_timeout(connection, Self.emptyingWait)
    for _ in 0..<Self.emptyingTries {
      // Commits go on beside this one; what it leaves to the other is little.
      writeBack(connection)
      let code = sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
      if code == SQLITE_OK { return }
      guard code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED else {
        throw SQLFailure(sqliteCode: code, message: "cannot empty the log")
      }
      usleep(Self.emptyingPause)
    }
    throw SQLFailure(.busy, "something reads all the time")
  }

  /// Writes all of the log back and cuts its file when hardly anything is written: else what was given back would stay in both files until
  /// the next work. When something reads, it is left to the next time.
  func rest() {
    let isResting = state.withLock { state in
      defer { state.commits = 0 }
      return state.pages > 0 && state.commits <= Self.restCommits
    }
    guard isResting, let connection = open() else { return }
    defer { sqlite3_close_v2(connection) }
    sqlite3_busy_timeout(connection, Self.cutWait)
    let logged = state.withLock { $0.pages }
    // Commits go on beside this one; what it leaves to the other, which has the writer's lock, is little.
    writeBack(connection)
    guard sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil) == SQLITE_OK else { return }
    state.withLock { if $0.pages == logged { ($0.pages, $0.written, $0.tried) = (0, 0, 0) } }
  }

  /// Notes how long the log is after a commit.
  private func logged(_ pages: Int) {
    let isWanted = state.withLock { state in
      state.commits += 1
      if pages < state.pages { (state.written, state.tried) = (0, 0) }
      state.pages = pages
      // A long log is the writer's: the thread, asked again and again, would be in its way for ever.
      guard !state.isAsked, pages < Self.longPages, pages - state.written >= Self.roundPages else { return false }
      state.isAsked = true
      return true
    }
    if isWanted { wake.signal() }
  }

  private func run() {
    guard let connection = open() else { return }
    defer { sqlite3_close_v2(connection) }
    while true {
      let isDue = wake.wait(timeout: .now() + restPause) == .timedOut
      if state.withLock({ $0.isClosed }) { return }
      guard !isDue else {
        rest()
        continue
      }
      writeBack(connection)
      state.withLock { $0.isAsked = false }
    }
  }

  /// A connection that knows of the log: one that has not read yet takes the database for one without, and its checkpoints do nothing.
  private func open() -> OpaquePointer? {
    var connection: OpaquePointer?
    let opened = sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE, nil)
    guard opened == SQLITE_OK, sqlite3_exec(connection, "PRAGMA schema_version", nil, nil, nil) == SQLITE_OK else {
      sqlite3_close_v2(connection)
      return nil
    }
    return connection
  }

  /// Writes back what no reader needs in the log. A failure, like that of a full disk, leaves the log to the next try.
  /// - Returns: false when something failed, or another connection is at it.
  @discardableResult
  private func writeBack(_ connection: OpaquePointer) -> Bool {
    var written: CInt = 0
    guard sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, &written) == SQLITE_OK else { return false }
    state.withLock { $0.written = min(Int(written), $0.pages) }
    return true
  }
}
