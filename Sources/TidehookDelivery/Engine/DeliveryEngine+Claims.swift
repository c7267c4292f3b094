// Brings back deliveries that wait in the store, when they are due.

import Logging
import Synchronization
public import TidehookCore

extension DeliveryEngine {
  /// Claims what is due until ``drain()``: first whatever an earlier run of the process left.
  public func run() async throws(StoreError) {
    let backlog = try await queue.backlog()
    schedule.withLock { schedule in
      for (webhook, due) in backlog { schedule.noteBacklog(webhook, due: due) }
    }
    wake()
    var alarm: (due: Timestamp, task: Task<Void, Never>)?
    for await _ in wakeUps.stream {
      let now = time.now()
      let (claims, next) = schedule.withLock { ($0.startClaims(now: now), $0.nextWake(now: now)) }
      for claim in claims {
        Task { await self.claim(claim.webhook, limit: claim.limit) }
      }
      guard alarm?.due != next || alarm.map({ $0.due <= now }) ?? false else { continue }
      alarm?.task.cancel()
      alarm = next.map { due in (due, Task { [time] in if (try? await time.sleep(until: due)) != nil { self.wake() } }) }
    }
    alarm?.task.cancel()
  }

  private func claim(_ webhook: WebhookID, limit: Int) async {
    let now = time.now()
    let maxBytes = schedule.withLock { $0.claimBytes }
    var claim: Claim?
    do throws(StoreError) {
      claim = try await queue.claim(webhook, dueBy: now, limit: limit, maxBytes: maxBytes)
    } catch {
      logger.error("deliveries not claimed", metadata: ["webhook.id": "\(webhook)", "error": "\(error)"])
    }
    schedule.withLock { $0.finishClaim(webhook, limit: limit, claim, retryAt: now + Self.storeRetryDelay) }
    pump()
    wake()
  }
}
