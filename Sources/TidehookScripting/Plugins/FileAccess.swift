// Reading files and folders without Foundation.

import Glibc

/// The few calls to the file system that plugins need.
enum FileAccess {
  /// What the last call that failed says.
  static var lastError: String { String(cString: strerror(errno)) }

  /// The names in a folder; `nil` when there is no such folder.
  static func list(_ path: String) throws(PluginProblem) -> [String]? {
    guard let folder = opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw PluginProblem("\(path) cannot be read: \(lastError)")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Whether a path leads to a regular file.
  static func isFile(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFREG } ?? false }

  /// What the system says of a file, links followed; `nil` when there is none.
  static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  /// An absolute path without links; `nil` with `errno` set when there is none.
  static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// The text of a regular file; `nil` when there is none.
  /// - Parameter name: what errors call the file.
  static func read(_ path: String, called name: String, upTo limit: Int) throws(PluginProblem) -> String? {
    guard let status = status(path) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw PluginProblem("\(name) cannot be read: \(lastError)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw PluginProblem("\(name) is not a regular file") }
    guard status.st_size <= limit else { throw PluginProblem("\(name) has \(status.st_size) bytes, more than \(limit)") }
    guard let bytes = contents(path, upTo: limit) else { throw PluginProblem("\(name) cannot be read: \(lastError)") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw PluginProblem("\(name) is not UTF-8 text") }
    return text
  }

  private static func contents(_ path: String, upTo limit: Int) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return bytes
  }
}
