// Says once, not once for each delivery, that the store fails.

import Logging
import Synchronization
import TidehookCore

/// Reports a store's failures, at most one each ten seconds, and the end of them.
final class StoreTrouble: Sendable {
  private static let silence = Duration.seconds(10)

  private let lastReport = Mutex<Timestamp?>(nil)

  /// Logs a failure unless one was logged a short while ago.
  /// - Parameter metadata: what was to be done, and for whom.
  func report(
    _ message: Logger.Message, _ error: StoreError, at now: Timestamp, _ logger: Logger, metadata: Logger.Metadata = [:]
  ) {
    let isDue = lastReport.withLock { last in
      if let known = last, known <= now, now < known + Self.silence { return false }
      last = now
      return true
    }
    if isDue { logger.error(message, metadata: metadata.merging(["error": "\(error)"]) { $1 }) }
  }

  /// Logs that the store works, if it was said that it does not.
  func end(_ logger: Logger) {
    let wasReported = lastReport.withLock { last in
      defer { last = nil }
      return last != nil
    }
    if wasReported { logger.notice("the store answers again") }
  }
}
