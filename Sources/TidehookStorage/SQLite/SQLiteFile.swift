// Opens SQLite files that are not the store's: their settings are their owner's, and stay as they are.

import GRDB
import TidehookCore

/// A SQLite file of somebody else.
package enum SQLiteFile {
  /// Opens the file for one use, making it when there is none, and closes it.
  ///
  /// Foreign keys are enforced. A commit is forced to disk as the file's journal mode has it.
  /// - Parameter busyTimeout: how long to wait for another process or connection that holds the file.
  package static func withConnection<Value>(
    path: String, busyTimeout: Duration, _ body: (any SQLConnection) throws(SQLFailure) -> Value
  ) throws(SQLFailure) -> Value {
    SQLiteLibrary.prepare
    var configuration = Configuration()
    configuration.label = "tidehook destination"
    configuration.busyMode = .timeout(Double(busyTimeout.microseconds) / 1e6)
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      defer { try? queue.close() }
      return try queue.writeWithoutTransaction { database in try body(SQLiteConnection(database)) }
    } catch {
      throw SQLFailure(error)
    }
  }
}
