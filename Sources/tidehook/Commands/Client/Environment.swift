// Reads environment variables.

import Foundation
import Glibc

/// The environment of the process.
enum Environment {
  /// The value of a variable; `nil` when it is unset or empty.
  static subscript(name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// Unsets every variable whose name begins so, for libraries that would take them for settings.
  static func forget(prefix: String) {
    for name in ProcessInfo.processInfo.environment.keys where name.hasPrefix(prefix) { unsetenv(name) }
  }

  /// Points Kerberos to credentials that are not there: no library may log in as whoever the process runs as.
  static func forgetKerberos() {
    for name in ["KRB5CCNAME", "KRB5_CLIENT_KTNAME"] { setenv(name, "FILE:/dev/null/none", 1) }
  }
}
