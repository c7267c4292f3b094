// A fresh folder for one server's data, measured and removed afterwards.

import Glibc

/// A folder that is removed with all that is in it when it is no longer used.
final class TemporaryFolder {
  /// Its absolute path.
  let path: String

  /// Makes a folder with a fresh name.
  init(in parent: String) throws {
    var name = Array("\(parent)/tidehook-bench-XXXXXX".utf8CString)
    guard let made = mkdtemp(&name) else { throw BenchError.system("making a folder in \(parent)") }
    path = String(cString: made)
  }

  deinit {
    Self.remove(path)
  }

  /// Calls `body` with a fresh folder; an error that comes out of it also says how the server's log in that folder ends.
  static func with<R>(in parent: String, _ body: (TemporaryFolder) throws -> R) throws -> R {
    let folder = try TemporaryFolder(in: parent)
    do {
      return try body(folder)
    } catch let error as BenchError {
      guard let log = try? TextFile.read(folder.serverLog), !log.isEmpty else { throw error }
      throw BenchError("\(error); the server's log ends:\n\(log.suffix(2000))")
    }
  }

  /// Where servers write their log.
  var serverLog: String { "\(path)/server.log" }

  /// The length of all files in a folder below it, in bytes.
  func size(of child: String) -> Int { Self.entries(of: "\(path)/\(child)").reduce(0) { $0 + Self.size($1) } }

  private static func size(_ path: String) -> Int {
    var info = stat()
    guard lstat(path, &info) == 0 else { return 0 }
    guard info.st_mode & S_IFMT == S_IFDIR else { return Int(info.st_size) }
    return entries(of: path).reduce(0) { $0 + size($1) }
  }

  private static func remove(_ path: String) {
    var info = stat()
    guard lstat(path, &info) == 0 else { return }
    if info.st_mode & S_IFMT == S_IFDIR { entries(of: path).forEach(remove) }
    _ = Glibc.remove(path)
  }

  private static func entries(of path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != "." && name != ".." { names.append("\(path)/\(name)") }
    }
    return names
  }
}
