// Holds the write lock of a SQLite file, on a thread of its own.

import Foundation
import TidehookStorage

/// A write transaction that stays open until it is released.
final class FileLock: Sendable {
  private let path: String
  private let door = DispatchSemaphore(value: 0)

  init(path: String) {
    self.path = path
  }

  /// Returns once the lock is held.
  func take() async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread { [path, door] in
        do throws(SQLFailure) {
          try SQLiteFile.withConnection(path: path, busyTimeout: .seconds(5)) { (connection) throws(SQLFailure) in
            try connection.begin()
            continuation.resume()
            door.wait()
            connection.rollback()
          }
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  func release() { door.signal() }
}
