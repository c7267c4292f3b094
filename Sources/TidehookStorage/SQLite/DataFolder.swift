// The folder that holds a store's files, and the lock that keeps a second process out of it.

import Glibc
import Synchronization
import TidehookCore

/// A data folder held by this process until it is released or the value goes away.
final class DataFolder: Sendable {
  /// Where the database is.
  let databasePath: String
  private let lock: Mutex<CInt?>

  /// Makes the folder when there is none (mode 0700) and takes hold of it.
  /// - Throws: `busy` when another process holds it, `failed` when it cannot be made or locked.
  init(_ path: String) throws(StoreError) {
    try Self.makeFolders(path)
    databasePath = Self.databasePath(in: path)
    let descriptor = open(path + "/tidehook.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure("open the lock file in", path) }
    // The lock belongs to the open file: it goes with the process, however that ends.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw StoreError(.failed, "cannot lock data folder \(path): \(Self.text(of: reason))") }
      throw StoreError(.busy, "data folder \(path) is in use by another process")
    }
    lock = Mutex(descriptor)
    // The database holds secrets: SQLite keeps the mode of a file that is there, and gives it to the files beside it.
    let database = open(databasePath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard database >= 0 else { throw Self.failure("make the database in", path) }
    close(database)
  }

  /// Where the database of a folder is.
  static func databasePath(in folder: String) -> String { folder + "/tidehook.db" }

  deinit {
    release()
  }

  /// Lets another process have the folder.
  func release() {
    lock.withLock { lock in
      if let descriptor = lock { close(descriptor) }
      lock = nil
    }
  }

  private static func makeFolders(_ path: String) throws(StoreError) {
    guard mkdir(path, 0o700) != 0, errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw failure("make", path) }
    try makeFolders(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
  }

  private static func failure(_ attempted: String, _ path: String) -> StoreError {
    let reason = errno
    return StoreError(reason == ENOSPC ? .full : .failed, "cannot \(attempted) data folder \(path): \(text(of: reason))")
  }

  private static func text(of reason: CInt) -> String {
    strerror(reason).map { String(cString: $0) } ?? "error \(reason)"
  }
}
