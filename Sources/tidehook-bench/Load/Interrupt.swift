// Remembers that a person asked to stop, so that every loop can end and every child process can be ended with it.

import Glibc
import Synchronization

/// Thrown where a loop ends early because of Ctrl-C or SIGTERM.
struct Interrupted: Error {}

/// The flag that SIGINT and SIGTERM raise.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  /// Whether a signal came.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Catches SIGINT and SIGTERM from now on.
  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in Interrupt.flag.store(true, ordering: .relaxed) }
    }
  }

  /// Throws ``Interrupted`` after a signal.
  static func check() throws {
    if isRequested { throw Interrupted() }
  }
}
