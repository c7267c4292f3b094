// Reads environment variables.

import Glibc

/// The environment of the process.
enum Environment {
  /// The value of a variable; `nil` when it is unset or empty.
  static subscript(name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
