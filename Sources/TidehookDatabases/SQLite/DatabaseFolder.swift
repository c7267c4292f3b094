// The folder of the SQLite databases that webhooks may write to, and what in it they may not.

import Glibc

/// A folder that the operator chose for databases.
public struct DatabaseFolder: Sendable {
  private let path: String
  private let ownDatabase: String

  /// Takes the folder; `nil` when there is none at that path.
  /// - Parameter ownDatabase: the path of the gateway's own database, which may lie in the same folder.
  public init?(path: String, ownDatabase: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
    self.path = path
    self.ownDatabase = ownDatabase
  }

  /// Why a file of that name must not be written; `nil` when it may, whether it is there or not.
  /// - Parameter file: a name without any folder, as the reader of URLs lets it through.
  public func problem(with file: String) -> String? {
    var status = stat()
    guard lstat(path(of: file), &status) == 0 else {
      return errno == ENOENT ? nil : "the database \(file) cannot be reached: \(String(cString: strerror(errno)))"
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return "\(file) is no file of its own but a link, a folder or a device" }
    var own = stat()
    guard stat(ownDatabase, &own) != 0 || own.st_dev != status.st_dev || own.st_ino != status.st_ino else {
      return "\(file) is the gateway's own database"
    }
    return nil
  }

  /// Where a file of that name is.
  func path(of file: String) -> String { "\(path)/\(file)" }

  /// Whether there is one of that name.
  func has(_ file: String) -> Bool { access(path(of: file), F_OK) == 0 }
}
