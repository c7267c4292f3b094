// Makes, changes and deletes webhooks, whatever dialect asks for it: checked, recorded, and safe against others who change the same one.

import HTTPTypes
import TidehookCore

/// The one way in which requests change webhooks.
struct WebhookEditor: Sendable {
  let registry: any WebhookRegistry
  let pipelines: any PipelineChecker
  let catalog: any PluginCatalog
  let egress: EgressPolicy
  let secrets: SecretSource
  let services: WebhookServices
  let time: any TimeSource
  let ids: IDGenerator

  /// The webhook of that id, as far as `principal` may see it.
  func webhook(_ id: String, for principal: Principal) throws(APIError) -> Webhook {
    guard let webhook = WebhookID(id).flatMap({ registry.webhook($0) }), principal.mayUse(webhook.namespace) else {
      throw APIError.notFound("webhook", id)
    }
    return webhook
  }

  /// Every webhook that `principal` may see, oldest first.
  func webhooks(for principal: Principal) -> [Webhook] {
    registry.webhooks().filter { principal.mayUse($0.namespace) }
  }

  /// Makes a webhook.
  func create(_ changes: WebhookChanges, by principal: Principal) async throws -> Webhook {
    var webhook = try changes.webhook(id: WebhookID(ids.next()), generated: try secrets.generate(), now: time.now())
    webhook.namespace = try principal.namespace(webhook.namespace)
    try principal.check(webhook.url)
    webhook.pipeline = try await pipeline(after: changes, of: webhook)
    webhook.keys = try keys(after: changes, of: webhook)
    try secrets.check(webhook)
    try webhook.checkDatabase()
    try webhook.checkBatch()
    try webhook.checkAccess()
    try secrets.check(webhook.access.tls, at: time.now())
    guard changes.held == nil else { throw APIError(.invalidField, "held: nothing waits for a new webhook", field: "held") }
    webhook.noteActivity(after: nil, nil, below: ids.next().key, by: principal.name, at: webhook.createdAt)
    try await prove(&webhook, after: nil)
    try await registry.add(webhook, by: principal.name)
    return webhook
  }

  /// Changes some fields of a webhook; that is a revision, unless nothing is different afterwards.
  /// - Parameters:
  ///   - condition: what the webhook's revision must be; `nil` for any.
  ///   - repeats: how often at most it is made again on top of another change that came first.
  func update(
    _ id: String, _ changes: WebhookChanges, if condition: RevisionCondition? = nil, repeats: Int = 1, by principal: Principal
  ) async throws -> Webhook {
    try await change(id, changes.held, repeats: repeats, by: principal) { current in
      try condition?.check(current.revision)
      var changed = try changes.applied(to: current, generated: try secrets.generate())
      changed.pipeline = try await pipeline(after: changes, of: current)
      changed.keys = try keys(after: changes, of: changed)
      return changed
    }
  }

  /// Gives a webhook an earlier configuration.
  ///
  /// It is checked like any change: what was allowed then may not be allowed now.
  func rollBack(_ id: String, to earlier: Webhook, by principal: Principal) async throws -> Webhook {
    do {
      _ = try Field(path: "url", value: .string(earlier.url.description)).destination(egress: egress)
      let stages = try await PipelineFields(stored: earlier.pipeline).resolved(
        replacing: earlier.pipeline, secrets: SecretOptions(catalog.plugins()), checker: pipelines)
      return try await change(id, by: principal) { current in
        var changed = earlier
        changed.pipeline = stages
        changed.secret = current.secret
        changed.keys = current.keys
        changed.keys = try keys(after: WebhookChanges(), of: changed)
        changed.access = current.access
        try changed.checkAccess(after: current)
        changed.createdAt = current.createdAt
        changed.verifiedAt = current.verifiedAt
        changed.updatedAt = current.updatedAt
        changed.revision = current.revision
        return changed
      }
    } catch let error as APIError where error.code.status == .badRequest {
      throw APIError(error.code, "revision \(earlier.revision) cannot be used any more: \(error.message)", field: error.field)
    }
  }

  /// Deletes a webhook.
  func remove(_ id: String, by principal: Principal) async throws {
    try await registry.remove(try webhook(id, for: principal).id)
  }

  /// Replaces a webhook by what `configure` makes of it; when somebody else changed it meanwhile, again on top of that, `repeats` times at most.
  func change(
    _ id: String, _ held: HeldChoice? = nil, repeats: Int = 1, by principal: Principal, _ configure: (Webhook) async throws -> Webhook
  ) async throws -> Webhook {
    var left = repeats
    while true {
      do {
        return try await replace(try webhook(id, for: principal), held, by: principal, configure)
      } catch let failure as StoreError where failure.code == .stale && left > 0 {
        left -= 1
      }
    }
  }

  private func replace(
    _ current: Webhook, _ held: HeldChoice?, by principal: Principal, _ configure: (Webhook) async throws -> Webhook
  ) async throws -> Webhook {
    var changed = try await configure(current)
    changed.noteActivity(after: current, held, below: ids.next().key, by: principal.name, at: time.now())
    changed.namespace = try principal.namespace(changed.namespace)
    if changed.url != current.url { try principal.check(changed.url) }
    guard !changed.isConfigured(like: current) else { return current }
    try secrets.check(changed)
    try changed.checkDatabase()
    try changed.checkBatch()
    try changed.checkAccess()
    // What has expired since it was saved keeps nobody from changing the rest.
    if changed.access.tls != current.access.tls { try secrets.check(changed.access.tls, at: time.now()) }
    try await prove(&changed, after: current)
    changed.revision = current.revision + 1
    changed.handshakeState = .pending
    changed.laneState = LaneState()
    changed.updatedAt = time.now()
    try await registry.replace(changed, by: principal.name)
    return changed
  }

  /// The stages of a webhook after changes, those that are new checked.
  private func pipeline(after changes: WebhookChanges, of webhook: Webhook) async throws -> [PipelineStage] {
    switch changes.pipeline {
    case .absent: return webhook.pipeline
    case .reset: return []
    case .set(let fields):
      return try await fields.resolved(replacing: webhook.pipeline, secrets: SecretOptions(catalog.plugins()), checker: pipelines)
    }
  }
}

extension Webhook {
  /// Throws when a database would be asked for its consent, sent several events at once, or sent events as they are.
  fileprivate func checkDatabase() throws {
    guard url.database != nil else { return }
    if handshake != nil { throw APIError(.invalidField, "handshake: expected null, for a database is not asked", field: "handshake") }
    if batch != nil { throw APIError(.invalidField, "batch: expected null, for a database takes each event by itself", field: "batch") }
    guard pipeline.isEmpty else { return }
    throw APIError(
      .invalidField, "pipeline: expected at least one stage, such as the plugin database, for a database takes operations on rows",
      field: "pipeline")
  }

  /// Throws when what must go one by one would be collected.
  fileprivate func checkBatch() throws {
    guard batch != nil, ordering != .unordered else { return }
    throw APIError(.invalidField, "batch: expected null where ordering is not none, for what is ordered goes one by one", field: "batch")
  }

  /// Whether another revision would do the same.
  fileprivate func isConfigured(like other: Webhook) -> Bool {
    WebhookDiff(from: self, to: other, hiding: SecretOptions([])).changes.isEmpty && secret == other.secret && keys == other.keys
      && access == other.access && skipsHeldBelow == other.skipsHeldBelow
  }
}
