// Changes webhooks: in the store and in the directory at once, and then, in small steps, in what waits for them.

public import Logging
public import TidehookCore

/// Adds, changes and removes webhooks so that every part of a running node agrees.
///
/// A change is in effect when its call returns. Deliveries that wait in the store are brought into the state that goes with it by
/// ``run()``, which always looks at the webhook as it is at that moment, so that changes in quick succession cannot undo one another.
public final class Registrar: WebhookRegistry {
  private let store: any WebhookStore
  private let directory: WebhookDirectory
  private let engine: DeliveryEngine
  private let time: any TimeSource
  private let logger: Logger
  private let changes = ChangeLock()
  private let trouble = StoreTrouble()
  private let expiries: ExpiryTimers

  /// Deliveries that are moved in one transaction: few enough that publishing does not notice.
  private static let moveSize = 2_000
  /// How long to wait after the store failed.
  private static let retryDelay = Duration.seconds(1)

  /// Makes a registrar; call ``load()`` before anything is published.
  public init(store: any WebhookStore, directory: WebhookDirectory, engine: DeliveryEngine, time: any TimeSource, logger: Logger) {
    self.store = store
    self.directory = directory
    self.engine = engine
    self.time = time
    self.logger = logger
    expiries = ExpiryTimers(time: time)
  }

  /// Reads every webhook from the store; what a stop of the process left unsettled is settled by ``run()``.
  public func load() async throws(StoreError) {
    for webhook in try await store.webhooks() {
      directory.put(webhook)
      engine.configure(webhook)
      watchExpiry(of: webhook)
      engine.notify(.unsettled(webhook.id))
    }
    for id in try await store.unsettledDeletions() { engine.notify(.unsettled(id)) }
  }

  /// Every webhook, oldest first.
  public func webhooks() -> [Webhook] { directory.webhooks().map(engine.withLiveState) }

  /// One webhook.
  public func webhook(_ id: WebhookID) -> Webhook? { directory.webhook(id).map(engine.withLiveState) }

  /// Stores a new webhook.
  public func add(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    try await changes.withLock { () throws(StoreError) in
      try await store.insert(webhook, by: maker)
      directory.put(webhook)
      engine.configure(webhook)
    }
  }

  /// Stores a changed webhook; its revision must be one above the current one, else it fails as `stale`.
  public func replace(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    try await changes.withLock { () throws(StoreError) in
      var webhook = webhook
      let earlier = directory.webhook(webhook.id)
      var pause: Timestamp?
      if webhook.isActive, earlier?.isActive == false { pause = try await engine.askedPause(of: webhook) }
      // What ended while the change was on its way must not come back with it.
      webhook.keys.forgetExpired(at: time.now())
      try await store.update(webhook, by: maker)
      if let pause { engine.pause(webhook, until: pause) }
      directory.put(webhook)
      engine.configure(webhook)
      if let earlier, earlier.url != webhook.url || webhook.isActive && !earlier.isActive { engine.watch?.book.restart(webhook.id) }
      engine.watch?.book.reconsider()
      watchExpiry(of: webhook)
    }
    engine.notify(.unsettled(webhook.id))
  }

  /// Deletes a webhook; what it has not delivered will be cancelled.
  public func remove(_ id: WebhookID) async throws(StoreError) {
    try await changes.withLock { () throws(StoreError) in
      try await store.delete(id)
      directory.remove(id)
      engine.retire(id)
      engine.watch?.book.forget(id)
      expiries.set(id, due: nil) {}
    }
    engine.notify(.unsettled(id))
  }

  /// Does what deliveries ask for on behalf of their webhooks, until the engine has drained.
  public func run() async {
    for await notice in engine.notices {
      do throws(StoreError) {
        if try await carryOut(notice) { trouble.end(logger) }
      } catch {
        guard error.code != .closed else { return }
        trouble.report("webhook not settled", error, at: time.now(), logger, metadata: ["webhook.id": "\(notice.webhook)"])
        Task { [engine, time] in if (try? await time.sleep(until: time.now() + Self.retryDelay)) != nil { engine.notify(notice) } }
      }
    }
  }

  /// - Returns: whether the store was asked for anything.
  private func carryOut(_ notice: WebhookNotice) async throws(StoreError) -> Bool {
    switch notice {
    case .disable(let id, let revision, let disablement): return try await deactivate(id, revision: revision, disablement)
    case .unsettled(let id):
      let isSettled = try await settle(id)
      if !isSettled { engine.notify(notice) }
      return true
    case .expired(let id): return try await forgetExpiredKeys(of: id)
    }
  }

  /// Makes a webhook inactive that is of no use; one that was changed meanwhile may have another receiver, and stays as it is.
  /// - Returns: whether the store was asked.
  private func deactivate(_ id: WebhookID, revision: Int, _ disablement: Disablement) async throws(StoreError) -> Bool {
    guard var webhook = directory.webhook(id), webhook.isActive, webhook.revision == revision else { return false }
    webhook.isActive = false
    webhook.disablement = disablement
    webhook.skipsHeldBelow = nil
    webhook.revision += 1
    webhook.updatedAt = time.now()
    do throws(StoreError) {
      try await replace(webhook, by: disablement.cause == .receiver ? WebhookRevision.receiver : WebhookRevision.tidehook)
    } catch {
      guard error.code == .stale else { throw error }
      // Somebody changed or deleted it at the same moment.
      return true
    }
    logger.warning(
      "webhook made inactive",
      metadata: ["webhook.id": "\(id)", "reason": "\(disablement.cause.rawValue)", "error": "\(disablement.message)"])
    engine.watch?.noteDisabled(webhook, disablement)
    return true
  }

  /// Has ``run()`` look at a webhook when the next of its secrets ends.
  private func watchExpiry(of webhook: Webhook) {
    expiries.set(webhook.id, due: webhook.keys.nextExpiry) { [engine, id = webhook.id] in engine.notify(.expired(id)) }
  }

  /// Forgets secrets that have ended, in the store and here; nothing is signed with them any more in any case.
  /// - Returns: whether the store was asked.
  private func forgetExpiredKeys(of id: WebhookID) async throws(StoreError) -> Bool {
    guard directory.webhook(id) != nil else { return false }
    try await changes.withLock { () throws(StoreError) in
      guard var webhook = directory.webhook(id) else { return }
      let now = time.now()
      webhook.keys.forgetExpired(at: now)
      try await store.forgetExpiredKeys(of: id, at: now)
      directory.put(webhook)
      watchExpiry(of: webhook)
    }
    return true
  }

  /// Moves some of the deliveries that nobody holds into the state that goes with the webhook as it is now.
  /// - Returns: whether none are left.
  private func settle(_ id: WebhookID) async throws(StoreError) -> Bool {
    let moved: Int
    let webhook = directory.webhook(id)
    if let webhook, webhook.isActive, let key = webhook.skipsHeldBelow {
      let skipped = try await skip(id, below: key)
      // What was published meanwhile may have got the turn of its order.
      if skipped > 0 { engine.noteBacklog(id, due: time.now()) }
      if skipped == Self.moveSize { return false }
    }
    switch webhook?.isActive {
    case true:
      moved = try await move(id, .resumed, reason: nil)
      // What a lane gave back because of a pause that is over was not held.
      if engine.takeGivenBack(id) || moved > 0 { engine.noteReplays(id, due: time.now()) }
    case false: moved = try await move(id, .webhookInactive, reason: "the webhook is inactive")
    case nil:
      _ = engine.takeGivenBack(id)
      moved = try await move(id, .webhookDeleted, reason: "the webhook was deleted")
    }
    return moved < Self.moveSize
  }

  private func skip(_ id: WebhookID, below key: Int64) async throws(StoreError) -> Int {
    try await store.skipHeld(
      of: id, below: key, reason: "skipped when the webhook became active again", at: time.now(), limit: Self.moveSize)
  }

  private func move(_ id: WebhookID, _ cause: DeliveryCause, reason: String?) async throws(StoreError) -> Int {
    try await store.moveDeliveries(
      of: id, from: cause.storedSources, to: cause.target, reason: reason, at: time.now(), limit: Self.moveSize)
  }
}
