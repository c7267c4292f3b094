// The calls that make, show, change and delete webhooks.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/webhooks` and what is below it.
struct WebhookRoutes: Sendable {
  let editor: WebhookEditor
  let limits: APILimits

  var routes: [Route] {
    [
      Route(Self.create, create), Route(Self.list, list), Route(Self.show, show), Route(Self.update, update), Route(Self.remove, remove),
    ]
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let changes = try await changes(request)
    return try await answer(try await editor.create(changes, by: request.principal), after: changes, isNew: true)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let start = try request.query.cursor(.webhooks) ?? Int64.min
    let webhooks = editor.webhooks(for: request.principal).filter { $0.id.key > start }
    let standings = try await editor.standings(of: webhooks.prefix(limit))
    return Page(webhooks.prefix(limit), of: .webhooks, hasMore: webhooks.count > limit, key: \.id.key)
      .answer { [options] in $1.webhook($0, hiding: options, standings[$0.id], cases: .count) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    let webhook = try editor.webhook(request.id, for: request.principal)
    let standing = try await editor.standing(of: webhook)
    var json = JSONWriter(reserving: 1024)
    json.webhook(webhook, hiding: options, standing)
    return Response.json(json).tagged(webhook.revision)
  }

  private func update(_ request: APIRequest) async throws -> Response {
    let condition = try RevisionCondition(request)
    // Before the body is read, and again with the change.
    try condition.check(try editor.webhook(request.id, for: request.principal).revision)
    let changes = try await changes(request)
    let changed = try await editor.update(request.id, changes, if: condition, by: request.principal)
    return try await answer(changed, after: changes, isNew: false)
  }

  private func remove(_ request: APIRequest) async throws -> Response {
    try RevisionCondition.refuse(request)
    try await editor.remove(request.id, by: request.principal)
    return Response(status: .noContent)
  }

  private func changes(_ request: APIRequest) async throws -> WebhookChanges {
    try WebhookChanges(try await request.json(limit: limits.bodyBytes), egress: editor.egress)
  }

  /// Which options of plugins must not be shown, as the plugins are now.
  private var options: SecretOptions { SecretOptions(editor.catalog.plugins()) }

  /// The webhook; a secret is shown in the one answer to the request that set it, and only if Tidehook made it.
  private func answer(_ webhook: Webhook, after changes: WebhookChanges, isNew: Bool) async throws -> Response {
    let standing = try await editor.standing(of: webhook)
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
      webhook, hiding: options, standing, secret: isGenerated ? webhook.secret : nil,
      standardSecret: showsStandardForm && !isStandard ? editor.secrets.standardForm(webhook.secret) : nil)
    return Response.json(json, status: isNew ? .created : .ok).tagged(webhook.revision)
  }
}

extension WebhookRoutes {
  static let operations = [create, list, show, update, remove]

  private static let create = Operation(
    id: "createWebhook", method: .post, path: "/v1/webhooks", isScoped: true, summary: "Register a webhook.", body: "NewWebhook",
    success: 201, answer: "CreatedWebhook", isTagged: true)

  private static let list = Operation(
    id: "listWebhooks", method: .get, path: "/v1/webhooks", isScoped: true, summary: "List webhooks, oldest first.",
    query: QueryParameter.paging,
    answer: "WebhookPage")

  private static let show = Operation(
    id: "showWebhook", method: .get, path: "/v1/webhooks/{id}", isScoped: true, summary: "Show a webhook.", answer: "Webhook",
    isTagged: true)

  private static let update = Operation(
    id: "updateWebhook", method: .patch, path: "/v1/webhooks/{id}", isScoped: true,
    summary: "Change some fields of a webhook; null sets a field back to its default.", body: "WebhookChanges", answer: "CreatedWebhook",
    isTagged: true, isConditional: true)

  private static let remove = Operation(
    id: "deleteWebhook", method: .delete, path: "/v1/webhooks/{id}", isScoped: true,
    summary: "Delete a webhook and cancel its open deliveries.",
    success: 204, answer: "")
}
