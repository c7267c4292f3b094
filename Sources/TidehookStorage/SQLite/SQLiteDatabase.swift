// Opens a SQLite file through GRDB: one writing connection in WAL mode, a few reading ones that never block it.

package import Dispatch
import GRDB
import GRDBSQLite
package import TidehookCore

/// How much a commit has survived when it returns.
public enum Durability: String, Sendable, CaseIterable {
  /// A power failure: each commit is forced to disk (`synchronous=FULL`).
  case full
  /// The process's end, not the machine's: a power failure may lose the last commits, but never damages the file (`synchronous=NORMAL`).
  case normal
}

/// A SQLite database file.
package final class SQLiteDatabase: SQLDatabase {
  private let pool: DatabasePool
  private let checkpoints: LogCheckpoints
  private let steps = ReadSteps()

  /// Both count only before the first table is made. The file can give pages back later without being rewritten.
  private static let fileSettings = "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL"

  /// How large the log's file stays once it was larger, in bytes: writing over it is cheaper than making it grow.
  private static let keptLogBytes = 16 << 20

  /// Opens a file, making it when there is none.
  /// - Parameter restPause: how often it is looked whether hardly anything is written, so that the log is cut.
  package init(path: String, durability: Durability, restPause: DispatchTimeInterval? = nil) throws(SQLFailure) {
    SQLiteLibrary.prepare
    var configuration = Configuration()
    configuration.label = "tidehook"
    configuration.foreignKeysEnabled = false
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { [steps] database in
      if database.configuration.readonly { steps.attach(database.sqliteConnection) } else { try database.execute(sql: Self.fileSettings) }
      // Sorting and temporary tables stay off the data folder's disk.
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    let checkpoints = LogCheckpoints(path: path, restPause: restPause ?? LogCheckpoints.restPause)
    self.checkpoints = checkpoints
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets synchronous=NORMAL when it turns WAL mode on, so this comes after it.
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
        try database.execute(sql: "PRAGMA cache_size = -16384")
        try database.execute(sql: "PRAGMA journal_size_limit = \(Self.keptLogBytes)")
        // What is deleted inside a page is overwritten, which costs nothing; erasing overwrites whole pages too.
        try database.execute(sql: "PRAGMA secure_delete = FAST")
        guard let connection = database.sqliteConnection else { return }
        try checkpoints.attach(connection)
      }
    } catch {
      throw SQLFailure(error)
    }
  }

  deinit { checkpoints.close() }

  package var dialect: SQLDialect { .sqlite }

  package var readSteps: Int? { steps.count }

  package func withWriter<Value>(_ body: (any SQLConnection) throws -> Value) throws -> Value {
    try pool.writeWithoutTransaction { database in try body(SQLiteConnection(database, checkpoints)) }
  }

  package func read<Value: Sendable>(
    _ body: @escaping @Sendable (any SQLConnection) throws(SQLFailure) -> Value
  ) async throws(SQLFailure) -> Value {
    // GRDB's own async read ends early when its task is cancelled; a store's read does not.
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, SQLFailure>, Never>) in
      pool.asyncRead { database in
        let outcome = Result { () throws(SQLFailure) -> Value in
          do {
            return try body(SQLiteConnection(database.get()))
          } catch {
            throw SQLFailure(error)
          }
        }
        continuation.resume(returning: outcome)
      }
    }
    return try result.get()
  }

  package func emptyLog() async throws(SQLFailure) {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, SQLFailure>, Never>) in
      DispatchQueue.global().async { [checkpoints] in
        continuation.resume(returning: Result { () throws(SQLFailure) in try checkpoints.emptyLog() })
      }
    }
    try result.get()
  }

  /// Gives room back that the log holds, if hardly anything is written.
  package func rest() { checkpoints.rest() }

  private static let pageFacts = SQLStatement(
    "SELECT page_size, page_count, freelist_count FROM pragma_page_size, pragma_page_count, pragma_freelist_count")

  package func space(_ connection: any SQLConnection) throws(SQLFailure) -> StoreSpace? {
    try connection.first(Self.pageFacts, []) { row in
      StoreSpace(pageBytes: row.integer(0), pages: row.integer(1), freePages: row.integer(2))
    }
  }

  /// Has an effect on files that were made with `auto_vacuum = INCREMENTAL`, as all but old ones are.
  package func shrink(_ connection: any SQLConnection, pages: Int) throws(SQLFailure) {
    // A row comes for each page that was given back: all are to be fetched.
    try connection.query(SQLStatement(once: "PRAGMA incremental_vacuum(\(pages))"), []) { _ in true }
  }

  package func close() throws(SQLFailure) {
    checkpoints.close()
    do {
      // The file by itself is then whole; when something still reads, the log stays and is read at the next start.
      _ = try? pool.writeWithoutTransaction { database in try database.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw SQLFailure(error)
    }
  }
}
