// The calls that make, show, change and delete webhooks.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/webhooks` and what is below it.
struct WebhookRoutes: Sendable {
  let registry: any WebhookRegistry
  let pipelines: any PipelineChecker
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
    let webhook = try changes.webhook(id: WebhookID(ids.next()), generated: try secrets.generate(), now: time.now())
    try secrets.check(webhook)
    try await registry.add(webhook, by: WebhookRevision.admin)
    return answer(webhook, after: changes, isNew: true)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let start = try request.query.cursor(.webhooks) ?? Int64.min
    let webhooks = registry.webhooks().filter { $0.id.key > start }
    return Page(webhooks.prefix(limit), of: .webhooks, hasMore: webhooks.count > limit, key: \.id.key).answer { $1.webhook($0) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    var json = JSONWriter(reserving: 1024)
    json.webhook(try current(request))
    return .json(json)
  }

  /// Changes a webhook; when somebody else changed it meanwhile, once more on top of that.
  private func update(_ request: APIRequest) async throws -> Response {
    _ = try current(request)
    let changes = try await changes(request)
    do {
      return try await apply(changes, request)
    } catch let failure as StoreError where failure.code == .stale {
      return try await apply(changes, request)
    }
  }

  private func apply(_ changes: WebhookChanges, _ request: APIRequest) async throws -> Response {
    let current = try current(request)
    var changed = changes.applied(to: current, generated: try secrets.generate())
    guard !changed.isConfigured(like: current) else { return answer(current, after: changes, isNew: false) }
    try secrets.check(changed)
    changed.revision = current.revision + 1
    changed.updatedAt = time.now()
    try await registry.replace(changed, by: WebhookRevision.admin)
    return answer(changed, after: changes, isNew: false)
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    try await registry.remove(try current(request).id)
    return Response(status: .noContent)
  }

  private func changes(_ request: APIRequest) async throws -> WebhookChanges {
    let changes = try WebhookChanges(try await request.json(limit: limits.bodyBytes), egress: egress)
    if case .set(let pipeline) = changes.pipeline { try await pipeline.check(with: pipelines) }
    return changes
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
      webhook, secret: isGenerated ? webhook.secret : nil,
      standardSecret: showsStandardForm && !isStandard ? secrets.standardForm(webhook.secret) : nil)
    return .json(json, status: isNew ? .created : .ok)
  }
}

extension Webhook {
  /// Whether another revision would do the same.
  fileprivate func isConfigured(like other: Webhook) -> Bool {
    var mine = JSONWriter()
    var others = JSONWriter()
    mine.webhook(self)
    others.webhook(other)
    return mine.bytes == others.bytes && secret == other.secret
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
