// The store: opens a database, brings its schema up to date, takes hold of it for this node. What it does is in its extensions.

public import Logging
import Synchronization
public import TidehookCore

/// Keeps events, deliveries, attempts and webhooks in a SQL database. Writes go through one group commit, reads beside it.
public final class SQLStore: Sendable {
  let database: any SQLDatabase
  let time: any TimeSource
  /// This process's name in `leased_by`: leases of any other are those of the dead.
  let node: Int64
  /// The one writer.
  package let writer: GroupCommit
  /// What is committed out of the order of keys.
  let late: LateEvents
  let folder: DataFolder?
  /// What was erased and removed since the start.
  let changes = Mutex(StoreChanges())

  /// Where the SQLite store in a data folder is, whether it was made yet or not.
  public static func databasePath(in folder: String) -> String { DataFolder.databasePath(in: folder) }

  /// The version of the schema that this release makes: the number of its last step.
  public static var schemaVersion: Int64 { Migration.all.last?.number ?? 0 }

  /// Opens the SQLite store in a data folder, making both when they do not exist. What an earlier process held can be claimed again.
  /// - Parameters:
  ///   - folder: the data folder; one process at a time can hold it.
  ///   - durability: what a commit survives.
  ///   - ids: names this node.
  ///   - time: says when something was made or deleted.
  ///   - logger: told when the disk fills up and when it has space again.
  /// - Throws: `busy` when another process holds the folder; `failed` when it cannot be used, or a newer Tidehook made the database.
  public static func open(
    folder: String, durability: Durability = .full, ids: IDGenerator, time: any TimeSource = SystemTime(), logger: Logger
  ) throws(StoreError) -> SQLStore {
    let folder = try DataFolder(folder)
    let database: SQLiteDatabase
    do throws(SQLFailure) {
      database = try SQLiteDatabase(path: folder.databasePath, durability: durability)
    } catch {
      throw error.storeError("cannot open the database \(folder.databasePath)")
    }
    return try SQLStore(database, folder: folder, node: ids.next().key, time: time, logger: logger)
  }

  /// Opens the store in a database that this node may use.
  package convenience init(
    _ database: any SQLDatabase, node: Int64, time: any TimeSource, logger: Logger, migrator: Migrator = Migrator()
  ) throws(StoreError) {
    try self.init(database, folder: nil, node: node, time: time, logger: logger, migrator: migrator)
  }

  private init(
    _ database: any SQLDatabase, folder: DataFolder?, node: Int64, time: any TimeSource, logger: Logger, migrator: Migrator = Migrator()
  ) throws(StoreError) {
    do {
      late = try database.withWriter { connection in
        try migrator.migrate(connection, dialect: database.dialect, at: time.now())
        try Self.join(connection, node: node, at: time.now())
        return try LateEvents(connection)
      }
    } catch {
      throw error as? StoreError ?? SQLFailure(error).storeError("cannot prepare the database")
    }
    self.database = database
    self.folder = folder
    self.node = node
    self.time = time
    do throws(SQLFailure) {
      self.writer = try GroupCommit(database, logger: logger)
    } catch {
      throw error.storeError("cannot start the writer")
    }
  }

  /// Commits what waits, refuses what comes later as `closed`, and lets go of the data folder.
  ///
  /// Results that the disk does not take any more are answered `closed`; their deliveries are claimed again by the next process.
  public func close() async throws(StoreError) {
    await writer.close()
    defer { folder?.release() }
    do throws(SQLFailure) {
      try database.close()
    } catch {
      throw error.storeError("cannot close the database")
    }
  }

  private static let forgetNodes = SQLStatement("DELETE FROM nodes")
  private static let addNode = SQLStatement("INSERT INTO nodes (key, started_at_us) VALUES ($1, $2)")
  private static let freeLeases = SQLStatement(
    "UPDATE deliveries SET leased_by = NULL WHERE leased_by IS NOT NULL AND due_at_us IS NOT NULL")

  /// Names the node and frees what a dead one held: the data folder's lock says that none else lives.
  private static func join(_ connection: any SQLConnection, node: Int64, at now: Timestamp) throws {
    try connection.begin()
    do {
      let ordered = try underWayInOrder(connection)
      try connection.execute(freeLeases, [])
      for key in ordered { try letGo(key, at: now, connection) }
      try connection.execute(forgetNodes, [])
      try connection.execute(addNode, [.integer(node), .time(now)])
      try connection.commit()
    } catch {
      connection.rollback()
      throw error
    }
  }

  /// Reads beside the writer.
  func read<Value: Sendable>(
    _ attempted: @autoclosure () -> String, _ body: @escaping @Sendable (any SQLConnection) throws(SQLFailure) -> Value
  ) async throws(StoreError) -> Value {
    do {
      return try await database.read(body)
    } catch {
      throw error.storeError("cannot \(attempted())")
    }
  }
}
