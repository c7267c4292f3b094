// Where the console's files come from: the binary, or a folder while somebody works on them.

import Glibc
import ShippedConsole

/// Finds files by their paths, `pages/events.js`.
enum ConsoleFiles: Sendable {
  /// What the binary carries.
  case shipped([String: ConsoleFile])
  /// A folder, read for each request.
  case folder(String)

  /// The files inside the binary.
  static let shipped = ConsoleFiles.shipped(readShipped())

  /// The file at a path; `nil` when there is none.
  func file(_ path: String) -> ConsoleFile? {
    switch self {
    case .shipped(let files): return files[path]
    case .folder(let folder):
      guard Self.isPlain(path) else { return nil }
      return FirstModule.bytes(at: path) { Self.read("\(folder)/\($0)") }.map { ConsoleFile(name: path, bytes: $0) }
    }
  }

  /// Whether each part of a path is a plain name: nothing leads out of the folder.
  private static func isPlain(_ path: String) -> Bool {
    path.utf8.count <= 256
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && !part.hasPrefix(".") && part.utf8.allSatisfy { isalnum(Int32($0)) != 0 || "._-".utf8.contains($0) }
      }
  }

  private static func readShipped() -> [String: ConsoleFile] {
    var files: [String: [UInt8]] = [:]
    var entry = console_list()
    while let current = entry, let path = current.pointee.path, let text = current.pointee.text {
      files[String(cString: path)] = Array(UnsafeRawBufferPointer(start: text, count: current.pointee.len))
      entry = current.advanced(by: 1)
    }
    let served = files.keys.compactMap { name in
      FirstModule.bytes(at: name) { files[$0] }.map { (name, ConsoleFile(name: name, bytes: $0)) }
    }
    return Dictionary(uniqueKeysWithValues: served)
  }

  private static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "rbe") else { return nil }
    defer { fclose(file) }
    var facts = stat()
    guard fstat(fileno(file), &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, (0...(16 << 20)).contains(facts.st_size) else { return nil }
    return [UInt8](unsafeUninitializedCapacity: facts.st_size) { $1 = fread($0.baseAddress, 1, facts.st_size, file) }
  }
}
