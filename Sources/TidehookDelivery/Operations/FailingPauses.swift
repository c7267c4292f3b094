// Keeps a webhook that fails and recovers all the time from telling so all the time.

import Synchronization
package import TidehookCore

/// When webhooks last told that they had recovered. A new streak of failures is not told for a minute after that, and neither is its end.
package final class FailingPauses: Sendable {
  private struct State {
    var recoveries: [WebhookID: Timestamp] = [:]
    var muted: Set<WebhookID> = []
  }

  private static let pause = Duration.seconds(60)
  /// Beyond this many the oldest are of no use any more.
  private static let capacity = 10_000

  private let state = Mutex(State())

  package init() {}

  /// Whether people are to be told of a streak of failures.
  package func tellsFailing(of id: WebhookID, at now: Timestamp) -> Bool {
    state.withLock { state in
      guard let last = state.recoveries[id], now >= last, now < last + Self.pause else {
        state.muted.remove(id)
        return true
      }
      state.muted.insert(id)
      return false
    }
  }

  /// Whether people are to be told that a streak has ended: they were told of the streak itself.
  package func tellsRecovery(of id: WebhookID, at now: Timestamp) -> Bool {
    state.withLock { state in
      guard state.muted.remove(id) == nil else { return false }
      if state.recoveries.count >= Self.capacity { state.recoveries = state.recoveries.filter { now < $0.value + Self.pause } }
      state.recoveries[id] = now
      return true
    }
  }
}
