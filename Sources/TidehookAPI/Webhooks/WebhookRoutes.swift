// The calls that make, show, change and delete webhooks.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/webhooks` and what is below it.
struct WebhookRoutes: Sendable {
  let registry: any WebhookRegistry
  let pipelines: any PipelineChecker
  let catalog: any PluginCatalog
  let egress: EgressPolicy
  let secrets: SecretSource
  let time: any TimeSource
  let ids: IDGenerator
  let limits: APILimits

  var routes: [Route] {
    [
      Route(Self.create, create), Route(Self.list, list), Route(Self.show, show), Route(Self.update, update), Route(Self.remove, remove),
    ]
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let changes = try await changes(request)
    var webhook = try changes.webhook(id: WebhookID(ids.next()), generated: try secrets.generate(), now: time.now())
    webhook.pipeline = try await pipeline(after: changes, of: webhook)
    try secrets.check(webhook)
    try await registry.add(webhook, by: WebhookRevision.admin)
    return answer(webhook, after: changes, isNew: true)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let start = try request.query.cursor(.webhooks) ?? Int64.min
    let webhooks = registry.webhooks().filter { $0.id.key > start }
    return Page(webhooks.prefix(limit), of: .webhooks, hasMore: webhooks.count > limit, key: \.id.key)
      .answer { [options = SecretOptions(catalog.plugins())] in $1.webhook($0, hiding: options) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    var json = JSONWriter(reserving: 1024)
    json.webhook(try current(request), hiding: SecretOptions(catalog.plugins()))
    return .json(json)
  }

  private func update(_ request: APIRequest) async throws -> Response {
    _ = try current(request)
    let changes = try await changes(request)
    return try await change(request) { current in
      var changed = changes.applied(to: current, generated: try secrets.generate())
      changed.pipeline = try await pipeline(after: changes, of: current)
      return changed
    } answer: {
      answer($0, after: changes, isNew: false)
    }
  }

  /// Gives a webhook an earlier configuration; `nil` when there is none.
  ///
  /// It is checked like any change: what was allowed then may not be allowed now.
  func rollBack(_ request: APIRequest, to earlier: Webhook?) async throws -> Response? {
    _ = try current(request)
    guard let earlier else { return nil }
    do {
      _ = try Field(path: "url", value: .string(earlier.url.description)).destination(egress: egress)
      let options = SecretOptions(catalog.plugins())
      let stages = try await PipelineFields(stored: earlier.pipeline).resolved(
        replacing: earlier.pipeline, secrets: options, checker: pipelines)
      return try await change(request) { current in
        var changed = earlier
        changed.pipeline = stages
        changed.secret = current.secret
        changed.createdAt = current.createdAt
        changed.updatedAt = current.updatedAt
        changed.revision = current.revision
        return changed
      } answer: { webhook in
        var json = JSONWriter(reserving: 1024)
        json.webhook(webhook, hiding: options)
        return .json(json)
      }
    } catch let error as APIError where error.code.status == .badRequest {
      throw APIError(error.code, "revision \(earlier.revision) cannot be used any more: \(error.message)", field: error.field)
    }
  }

  /// Replaces a webhook by what `configure` makes of it; when somebody else changed it meanwhile, once more on top of that.
  private func change(
    _ request: APIRequest, _ configure: (Webhook) async throws -> Webhook, answer: (Webhook) -> Response
  ) async throws -> Response {
    do {
      return answer(try await replace(try current(request), configure))
    } catch let failure as StoreError where failure.code == .stale {
      return answer(try await replace(try current(request), configure))
    }
  }

  private func replace(_ current: Webhook, _ configure: (Webhook) async throws -> Webhook) async throws -> Webhook {
    var changed = try await configure(current)
    guard !changed.isConfigured(like: current) else { return current }
    try secrets.check(changed)
    changed.revision = current.revision + 1
    changed.updatedAt = time.now()
    try await registry.replace(changed, by: WebhookRevision.admin)
    return changed
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    try await registry.remove(try current(request).id)
    return Response(status: .noContent)
  }

  private func changes(_ request: APIRequest) async throws -> WebhookChanges {
    try WebhookChanges(try await request.json(limit: limits.bodyBytes), egress: egress)
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

  private func current(_ request: APIRequest) throws -> Webhook {
    guard let webhook = WebhookID(request.id).flatMap({ registry.webhook($0) }) else { throw APIError.notFound("webhook", request.id) }
    return webhook
  }

  /// The webhook; a secret is shown in the one answer to the request that set it, and only if Tidehook made it.
  private func answer(_ webhook: Webhook, after changes: WebhookChanges, isNew: Bool) -> Response {
    var json = JSONWriter(reserving: 1024)
    let isGenerated =
      switch changes.secret {
      case .absent: isNew
      case .reset: true
      case .set: false
      }
    let isStandard = webhook.secret.revealed.hasPrefix("whsec_")
    let showsStandardForm = changes.secret.isGiven || isNew
    json.webhook(
      webhook, hiding: SecretOptions(catalog.plugins()), secret: isGenerated ? webhook.secret : nil,
      standardSecret: showsStandardForm && !isStandard ? secrets.standardForm(webhook.secret) : nil)
    return .json(json, status: isNew ? .created : .ok)
  }
}

extension Webhook {
  /// Whether another revision would do the same.
  fileprivate func isConfigured(like other: Webhook) -> Bool {
    WebhookDiff(from: self, to: other, hiding: SecretOptions([])).changes.isEmpty && secret == other.secret
  }
}

extension WebhookRoutes {
  static let operations = [create, list, show, update, remove]

  private static let create = Operation(
    id: "createWebhook", method: .post, path: "/v1/webhooks", summary: "Register a webhook.", body: "NewWebhook",
    success: 201, answer: "CreatedWebhook")

  private static let list = Operation(
    id: "listWebhooks", method: .get, path: "/v1/webhooks", summary: "List webhooks, oldest first.", query: QueryParameter.paging,
    answer: "WebhookPage")

  private static let show = Operation(
    id: "showWebhook", method: .get, path: "/v1/webhooks/{id}", summary: "Show a webhook.", answer: "Webhook")

  private static let update = Operation(
    id: "updateWebhook", method: .patch, path: "/v1/webhooks/{id}",
    summary: "Change some fields of a webhook; null sets a field back to its default.", body: "WebhookChanges", answer: "CreatedWebhook")

  private static let remove = Operation(
    id: "deleteWebhook", method: .delete, path: "/v1/webhooks/{id}", summary: "Delete a webhook and cancel its open deliveries.",
    success: 204, answer: "")
}
