import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

extension Simulation {
  mutating func add(_ webhook: Webhook) async throws {
    receivers[webhook.id] = .up
    try await store.insert(webhook)
    try await apply(webhook)
  }

  /// Has every part know a webhook as it is now.
  mutating func apply(_ webhook: Webhook) async throws {
    webhooks[webhook.id] = webhook
    directory.put(webhook)
    schedule.configureHealth(webhook.id, breaker: webhook.breaker, origin: webhook.url.origin, now: now)
    schedule.configure(webhook.id, maxInFlight: webhook.maxInFlight, rateLimit: webhook.rateLimit, now: now)
    schedule.setActive(webhook.id, webhook.isActive)
    if collector.concerns(webhook) { schedule.noteBacklog(webhook.id, due: now) }
    if !webhook.isActive { try await giveBack(webhook.id, schedule.evict(webhook.id)) }
  }

  /// Stores the next revision of a webhook.
  mutating func change(_ id: WebhookID, _ body: (inout Webhook) -> Void) async throws {
    guard var webhook = webhooks[id] else { return }
    body(&webhook)
    webhook.revision += 1
    webhook.updatedAt = now
    try await store.update(webhook)
    try await apply(webhook)
  }

  mutating func setActive(_ id: WebhookID, _ isActive: Bool) async throws {
    guard let webhook = webhooks[id], webhook.isActive != isActive else { return }
    var pause: Timestamp?
    if isActive {
      pause = try await store.askedPauses(of: [id], after: now).compactMap { webhook.end(of: $0, at: now) }.max()
      ledger.resume(webhook, at: now)
    }
    try await change(id) { $0.isActive = isActive }
    if let pause { schedule.resumeBackoff(id, until: pause) }
    try await settle(id, skips: dice.chance(0.2))
  }

  mutating func makePeace() async throws {
    for id in webhooks.keys.sorted() {
      receivers[id] = .up
      try await setActive(id, true)
    }
  }

  mutating func delete(_ id: WebhookID) async throws {
    webhooks[id] = nil
    try await store.delete(id)
    directory.remove(id)
    collector.forget(id)
    try await giveBack(id, schedule.retire(id))
    try await settle(id)
  }

  /// Lets the store have back all that waited in a lane's memory.
  mutating func giveBack(_ id: WebhookID, _ waiting: [DueDelivery]) async throws {
    try await store.release(waiting.flatMap(\.memberIDs))
    ledger.release(waiting.flatMap(\.memberIDs))
    try ledger.checkThatNothingWaits(in: id)
  }

  /// Brings what waits into the state that goes with the webhook as it is now.
  mutating func settle(_ id: WebhookID, skips: Bool = false) async throws {
    switch webhooks[id]?.isActive {
    case true:
      try await move(id, skips ? .skipped : .resumed)
      wake(id)
    case false: try await move(id, .webhookInactive)
    case nil: try await move(id, .webhookDeleted)
    }
  }

  /// Has a lane look for what it may have in the store.
  mutating func wake(_ id: WebhookID) {
    schedule.noteBacklog(id, due: now)
    schedule.noteReplays(id, due: now)
  }

  private mutating func move(_ id: WebhookID, _ cause: DeliveryCause) async throws {
    while true {
      let expected = ledger.move(id, cause, limit: Self.moveSize, at: now)
      let moved = try await store.moveDeliveries(
        of: id, from: cause.storedSources, to: cause.target, reason: nil, at: now, limit: Self.moveSize)
      guard moved == expected else { throw Violation("\(cause): \(moved) moved, \(expected) expected") }
      guard moved == Self.moveSize else { return }
      guard cause == .resumed else { continue }
      wake(id)
      try await settleDown()
    }
  }
}
