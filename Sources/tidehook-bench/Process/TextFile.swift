// Small text files, read and written whole; `/proc` files included, whose size is not known before.

import Glibc

/// Reads and writes text.
enum TextFile {
  /// Reads a whole file.
  static func read(_ path: String) throws -> String {
    guard let file = fopen(path, "re") else { throw BenchError.system("opening \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk: [UInt8] = Array(repeating: 0, count: 65_536)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }

  /// Writes a whole file, replacing what was there.
  static func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "we") else { throw BenchError.system("opening \(path)") }
    let bytes = Array(text.utf8)
    let count = fwrite(bytes, 1, bytes.count, file)
    guard fclose(file) == 0, count == bytes.count else { throw BenchError.system("writing \(path)") }
  }

  /// Prints a line at once, also when standard output is a pipe.
  static func printLine(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// Tells a person on standard error what goes on.
  static func note(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = Glibc.write(2, bytes, bytes.count)
  }
}
