// Logs failures of ours without letting a flood of requests flood the log.

package import Logging
import Synchronization
package import TidehookCore

/// Logs at most one failure of a kind each second, and says how many it left out.
package final class FailureLog: Sendable {
  private let logger: Logger
  private let time: any TimeSource
  private let kinds = Mutex<[String: Kind]>([:])

  private struct Kind {
    var loggedAt: Timestamp
    var suppressed = 0
  }

  /// Makes a log whose seconds are those of `time`.
  package init(logger: Logger, time: any TimeSource) {
    self.logger = logger
    self.time = time
  }

  /// Logs a failure with all that is known of it.
  /// - Parameters:
  ///   - kind: groups failures of the same cause; no dynamic text.
  ///   - description: what was attempted and what happened.
  package func note(_ kind: String, _ description: String, operation: String) {
    guard let suppressed = suppressedIfDue(kind) else { return }
    logger.error(
      "request failed",
      metadata: [
        "failure": "\(kind)", "error": "\(description)", "operation": "\(operation)", "failures.suppressed": "\(suppressed)",
      ])
  }

  private func suppressedIfDue(_ kind: String) -> Int? {
    let now = time.now()
    return kinds.withLock { kinds in
      guard let last = kinds[kind] else {
        kinds[kind] = Kind(loggedAt: now)
        return 0
      }
      // A clock that went back counts as due: it may take hours to return to the last time.
      guard now < last.loggedAt || now >= last.loggedAt + .seconds(1) else {
        kinds[kind]?.suppressed += 1
        return nil
      }
      kinds[kind] = Kind(loggedAt: now)
      return last.suppressed
    }
  }
}
