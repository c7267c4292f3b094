// What stops a benchmark: always a text for the person who ran it.

import Glibc

/// A failure, with what was attempted and what happened.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  /// Makes a failure of a text.
  init(_ description: String) {
    self.description = description
  }

  /// Makes a failure of a system call, with what `errno` says.
  static func system(_ call: String) -> Self {
    Self("\(call) failed: \(String(cString: strerror(errno)))")
  }
}
