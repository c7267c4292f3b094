// Brings back deliveries that wait in the store, when they are due.

import Logging
import Synchronization
public import TidehookCore

extension DeliveryEngine {
  /// Claims what is due until ``drain(within:cancel:)``: first whatever an earlier run of the process left.
  public func run() async throws(StoreError) {
    let backlog = try await queue.backlog()
    let replays = try await queue.replayBacklog()
    let collecting = try await collector?.load() ?? []
    let now = time.now()
    let pauses = try await queue.askedPauses(of: Array(Set(backlog.keys).union(replays.keys)), after: now)
    schedule.withLock { schedule in
      for pause in pauses {
        if let end = runner.directory.webhook(pause.webhook)?.end(of: pause, at: now) { schedule.resumeBackoff(pause.webhook, until: end) }
      }
      for webhook in collecting { schedule.noteBacklog(webhook, due: now) }
      for (webhook, due) in backlog { schedule.noteBacklog(webhook, due: due) }
      for (webhook, due) in replays { schedule.noteReplays(webhook, due: due) }
    }
    wake()
    var alarm: Task<Void, Never>?
    for await _ in wakeUps.stream {
      let now = time.now()
      schedule.withLock { $0.endPauses(now: now) }
      pump()
      let (claims, next) = schedule.withLock { ($0.startClaims(now: now), $0.nextWake(now: now)) }
      for order in claims {
        Task { await self.claim(order) }
      }
      alarm?.cancel()
      alarm = next.map { due in Task { [time] in if (try? await time.sleep(until: due)) != nil { self.wake() } } }
    }
    alarm?.cancel()
  }

  /// Until when a webhook that is resumed goes on with a pause that its receiver asked for: what it holds may be all that knows of it.
  func askedPause(of webhook: Webhook) async throws(StoreError) -> Timestamp? {
    let now = time.now()
    return try await queue.askedPauses(of: [webhook.id], after: now).compactMap { webhook.end(of: $0, at: now) }.max()
  }

  /// Goes on with such a pause; to be called before anything can be published to the webhook.
  func pause(_ webhook: Webhook, until end: Timestamp) {
    let now = time.now()
    schedule.withLock { schedule in
      schedule.configureHealth(webhook.id, breaker: webhook.breaker, origin: webhook.url.origin, now: now)
      schedule.resumeBackoff(webhook.id, until: end)
    }
  }

  private func claim(_ order: Schedule.ClaimOrder) async {
    let now = time.now()
    var claim: Claim?
    do throws(StoreError) {
      claim = try await fetch(order, now)
      trouble.end(logger)
    } catch {
      trouble.report("deliveries not claimed", error, at: now, logger)
    }
    schedule.withLock { $0.finishClaim(order, claim, retryAt: now + Self.storeRetryDelay) }
    // It was paused while the claim was under way.
    if runner.directory.active(order.webhook)?.webhook.isActive == false {
      giveBack(schedule.withLock { $0.evict(order.webhook) }, of: order.webhook)
    }
    pump()
    wake()
  }

  /// Claims replays, deliveries, or the batches of a webhook that collects.
  private func fetch(_ order: Schedule.ClaimOrder, _ now: Timestamp) async throws(StoreError) -> Claim {
    if order.areReplays { return try await queue.claimReplays(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes) }
    if let collector {
      let batches = try await collector.claim(order) { self.follow($0, of: $1) }
      if let batches { return batches }
    }
    return try await queue.claim(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes)
  }
}
