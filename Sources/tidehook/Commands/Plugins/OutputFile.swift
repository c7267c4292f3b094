// Writes a report's file.

import Glibc

/// A file that a command makes, or makes anew.
enum OutputFile {
  /// Writes a text; a file of that name is replaced.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    guard let file = fopen(path, "w") else { throw CommandFailure(.usage, "cannot write \(path): \(String(cString: strerror(errno)))") }
    let bytes = Array(text.utf8)
    let written = fwrite(bytes, 1, bytes.count, file)
    let isClosed = fclose(file) == 0
    guard written == bytes.count, isClosed else {
      throw CommandFailure(.usage, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }
}
