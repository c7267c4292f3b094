// Reads what a command is given: a file, or standard input.

import Glibc

/// Bytes from a file or from standard input (`-`), a piece at a time.
struct Input: ~Copyable {
  /// How much is read at once: large enough that system calls do not count.
  private static let pieceSize = 256 * 1024

  /// The size of a regular file in bytes; `nil` for pipes and terminals.
  let size: Int?
  private let descriptor: CInt
  private let name: String

  /// Opens a file; `-` is standard input.
  init(path: String) throws(CommandFailure) {
    name = path == "-" ? "standard input" : path
    descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CommandFailure(.usage, "cannot open \(path): \(String(cString: strerror(errno)))") }
    // Somebody may have read the beginning of a standard input that is a file: what is left counts from there.
    let position = lseek(descriptor, 0, SEEK_CUR)
    let end = position >= 0 ? lseek(descriptor, 0, SEEK_END) : -1
    size = end >= position && end > 0 ? end - position : nil
    if end >= 0 { lseek(descriptor, position, SEEK_SET) }
  }

  deinit {
    if descriptor != STDIN_FILENO { close(descriptor) }
  }

  /// Whether a person would have to type the input.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// The next bytes; empty at the end.
  func next() throws(CommandFailure) -> [UInt8] {
    var failure: CInt = 0
    let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, count in
      var read: Int
      repeat { read = Glibc.read(descriptor, buffer.baseAddress, buffer.count) } while read < 0 && errno == EINTR
      failure = read < 0 ? errno : 0
      count = max(0, read)
    }
    guard failure == 0 else { throw CommandFailure(.usage, "cannot read \(name): \(String(cString: strerror(failure)))") }
    return piece
  }

  /// All that is left.
  func rest() throws(CommandFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try next()
      guard !piece.isEmpty else { return bytes }
      bytes += piece
    }
  }

  /// The whole of a file, or of standard input for `-`.
  static func file(_ path: String) throws(CommandFailure) -> [UInt8] {
    try Input(path: path).rest()
  }

  /// The whole of a file, or of standard input for `-`, that must be text.
  static func text(_ path: String) throws(CommandFailure) -> String {
    guard let text = String(validating: try file(path), as: UTF8.self) else { throw CommandFailure(.usage, "\(path) is not UTF-8 text") }
    return text
  }
}
