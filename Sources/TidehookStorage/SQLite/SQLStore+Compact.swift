// Rewrites the database file of a folder that nobody uses.

import GRDB
import Glibc
public import TidehookCore

extension SQLStore {
  /// Rewrites the SQLite database in a data folder: afterwards it holds nothing but what is in use, and can shrink while it is served.
  /// - Returns: the size of the database and its log before and after, in bytes.
  /// - Throws: `busy` when another process holds the folder; `full` when there is no room for the copy; `failed` when there is no database.
  public static func compact(folder path: String) throws(StoreError) -> (before: Int64, after: Int64) {
    let file = databasePath(in: path)
    guard access(file, F_OK) == 0 else { throw StoreError(.failed, "there is no database in \(path)") }
    let folder = try DataFolder(path)
    defer { folder.release() }
    let before = size(of: file)
    SQLiteLibrary.prepare
    do {
      var configuration = Configuration()
      configuration.label = "tidehook compact"
      let queue = try DatabaseQueue(path: file, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        // A change of auto_vacuum takes effect with the rewriting.
        try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
        try database.checkpoint(.truncate)
      }
      try queue.close()
    } catch {
      throw SQLFailure(error).storeError("cannot rewrite \(file)")
    }
    return (before, size(of: file))
  }

  private static func size(of file: String) -> Int64 {
    ["", "-wal"].reduce(0) { sum, suffix in
      var status = stat()
      return stat(file + suffix, &status) == 0 ? sum + Int64(status.st_size) : sum
    }
  }
}
