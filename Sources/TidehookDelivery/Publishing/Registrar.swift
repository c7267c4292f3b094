// Changes webhooks: in the store, in the directory, and in what waits for them.

public import Logging
public import TidehookCore

/// Adds, changes and removes webhooks so that every part of a running node agrees.
public struct Registrar: WebhookRegistry {
  private let store: any WebhookStore
  private let directory: WebhookDirectory
  private let engine: DeliveryEngine
  private let time: any TimeSource
  private let logger: Logger

  /// Deliveries that are moved in one transaction: few enough that publishing does not notice.
  private static let moveSize = 2_000

  /// Makes a registrar; call ``load()`` before anything is published.
  public init(store: any WebhookStore, directory: WebhookDirectory, engine: DeliveryEngine, time: any TimeSource, logger: Logger) {
    self.store = store
    self.directory = directory
    self.engine = engine
    self.time = time
    self.logger = logger
  }

  /// Reads every webhook from the store, and finishes moves that a stop of the process interrupted.
  public func load() async throws(StoreError) {
    for webhook in try await store.webhooks() {
      directory.put(webhook)
      engine.configure(webhook)
      try await settle(webhook)
    }
  }

  /// Every webhook, oldest first.
  public func webhooks() -> [Webhook] { directory.webhooks() }

  /// One webhook.
  public func webhook(_ id: WebhookID) -> Webhook? { directory.webhook(id) }

  /// Stores a new webhook.
  public func add(_ webhook: Webhook) async throws(StoreError) {
    try await store.insert(webhook)
    directory.put(webhook)
    engine.configure(webhook)
  }

  /// Stores a changed webhook; its revision must be one above the current one, else it fails as `stale`.
  public func replace(_ webhook: Webhook) async throws(StoreError) {
    try await store.update(webhook)
    directory.put(webhook)
    engine.configure(webhook)
    try await settle(webhook)
  }

  /// Deletes a webhook and cancels what it has not delivered.
  public func remove(_ id: WebhookID) async throws(StoreError) {
    try await store.delete(id)
    directory.remove(id)
    engine.retire(id)
    try await move(id, from: [.pending, .retrying, .held], to: .cancelled, reason: "the webhook was deleted")
  }

  /// Does what deliveries ask for on behalf of their webhooks, until the task is cancelled.
  public func run() async {
    for await notice in engine.notices {
      do throws(StoreError) {
        switch notice {
        case .gone(let id): try await deactivate(id)
        case .unsettled(let id): if let webhook = directory.webhook(id) { try await settle(webhook) }
        }
      } catch {
        logger.error("webhook not updated", metadata: ["notice": "\(notice)", "error": "\(error)"])
      }
    }
  }

  private func deactivate(_ id: WebhookID) async throws(StoreError) {
    guard var webhook = directory.webhook(id), webhook.isActive else { return }
    webhook.isActive = false
    webhook.revision += 1
    webhook.updatedAt = time.now()
    try await replace(webhook)
    logger.warning("webhook made inactive: its receiver answered 410 gone", metadata: ["webhook.id": "\(id)"])
  }

  /// Brings the deliveries that nobody holds into the state that goes with the webhook's.
  private func settle(_ webhook: Webhook) async throws(StoreError) {
    if webhook.isActive {
      let moved = try await move(webhook.id, from: [.held], to: .pending, reason: nil)
      if moved > 0 { engine.noteBacklog(webhook.id, due: time.now()) }
    } else {
      try await move(webhook.id, from: [.pending, .retrying], to: .held, reason: "the webhook is inactive")
    }
  }

  @discardableResult
  private func move(_ id: WebhookID, from: [DeliveryState], to: DeliveryState, reason: String?) async throws(StoreError) -> Int {
    var total = 0
    while true {
      let moved = try await store.moveDeliveries(of: id, from: from, to: to, reason: reason, at: time.now(), limit: Self.moveSize)
      total += moved
      if moved < Self.moveSize { return total }
    }
  }
}
