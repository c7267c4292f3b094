// One timer for each webhook that has a secret which ends.

import Synchronization
import TidehookCore

/// Calls at the time that was set last for a webhook.
final class ExpiryTimers: Sendable {
  private struct Timer {
    let due: Timestamp
    let task: Task<Void, Never>
  }

  private let time: any TimeSource
  private let timers = Mutex<[WebhookID: Timer]>([:])

  init(time: any TimeSource) {
    self.time = time
  }

  /// Calls `body` once at `due`, and not at the time that was set before; `nil` is never.
  func set(_ id: WebhookID, due: Timestamp?, _ body: @escaping @Sendable () -> Void) {
    timers.withLock { timers in
      guard timers[id]?.due != due else { return }
      timers.removeValue(forKey: id)?.task.cancel()
      guard let due else { return }
      timers[id] = Timer(due: due, task: Task { [time] in if (try? await time.sleep(until: due)) != nil { body() } })
    }
  }
}
