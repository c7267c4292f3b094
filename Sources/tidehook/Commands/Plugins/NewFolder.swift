// Writes a folder that must not exist yet.

import Glibc

/// A plugin's folder on its way into being.
struct NewFolder {
  /// Where it will be.
  let path: String
  private let parent: String

  init(parent: String, name: String) {
    self.parent = parent
    path = parent.hasSuffix("/") ? parent + name : "\(parent)/\(name)"
  }

  /// Makes the folder, and those above it, and writes the files; refuses when something has that name already.
  /// - Parameter files: names below the folder, with what they hold; a name may have folders in it.
  func write(_ files: [(name: String, bytes: [UInt8])]) throws(CommandFailure) {
    try Self.makeAll(parent)
    guard mkdir(path, 0o777) == 0 else {
      if errno == EEXIST { throw CommandFailure(.refused, "\(path) exists already; nothing was changed") }
      throw Self.failure("make", path)
    }
    for file in files {
      let target = "\(path)/\(file.name)"
      if let slash = target.lastIndex(of: "/") { try Self.makeAll(String(target[..<slash])) }
      try Self.write(file.bytes, to: target)
    }
  }

  /// Writes files beside the folder, where nothing has their name yet.
  func writeMissing(beside files: [(name: String, bytes: [UInt8])]) throws(CommandFailure) {
    for file in files where access("\(parent)/\(file.name)", F_OK) != 0 {
      let target = "\(parent)/\(file.name)"
      if let slash = target.lastIndex(of: "/") { try Self.makeAll(String(target[..<slash])) }
      try Self.write(file.bytes, to: target)
    }
  }

  /// Makes a folder and those above it, where they are missing.
  private static func makeAll(_ folder: String) throws(CommandFailure) {
    guard !folder.isEmpty, access(folder, F_OK) != 0 else { return }
    if let slash = folder.lastIndex(of: "/") { try makeAll(String(folder[..<slash])) }
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw failure("make", folder) }
  }

  /// Writes a file that must not exist.
  private static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure("make", path) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      guard count > 0 || errno == EINTR else { throw failure("write", path) }
      written += max(0, count)
    }
  }

  private static func failure(_ verb: String, _ path: String) -> CommandFailure {
    CommandFailure(.usage, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
  }
}
