// The calls that show what a webhook was like before, and that bring it back.

import Hummingbird
import TidehookCore

/// `/v1/webhooks/{id}/revisions` and what is below it, and `/v1/webhooks/{id}/rollback`.
struct RevisionRoutes: Sendable {
  let revisions: any WebhookRevisions
  let editor: WebhookEditor
  let limits: APILimits

  /// Configurations that are read at once: each may be as long as a request's body.
  private static let readSize = 16

  var routes: [Route] {
    [Route(Self.list, list), Route(Self.show, show), Route(Self.diff, diff), Route(Self.rollback, rollback)]
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let id = try await webhookID(request)
    let limit = try request.query.limit()
    let start = try request.query.cursor(.webhookRevisions).map { Int(clamping: $0) }
    let (rows, hasMore) = try await summaries(of: id, before: start, limit: limit)
    guard !rows.isEmpty || start != nil else { throw APIError.notFound("webhook", request.id) }
    return Page(rows, of: .webhookRevisions, hasMore: hasMore, key: { Int64($0.revision) }).answer { $1.revision($0) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    let id = try await webhookID(request)
    guard let number = request.number("n") else { throw Self.unknown(request.parameters["n"] ?? "", of: id) }
    let revision = try await self.revision(number, of: id)
    var json = JSONWriter(reserving: 1024)
    json.revision(revision, hiding: SecretOptions(editor.catalog.plugins()))
    return .json(json)
  }

  private func diff(_ request: APIRequest) async throws -> Response {
    let id = try await webhookID(request)
    let wanted = try (from: request.query.revision("from"), to: request.query.revision("to"))
    let new: WebhookRevision
    if let number = wanted.to { new = try await revision(number, of: id) } else { new = try await latest(of: id, request) }
    let number = wanted.from ?? max(1, new.webhook.revision - 1)
    let old = try await revision(number, of: id)
    let diff = WebhookDiff(from: old.webhook, to: new.webhook, hiding: SecretOptions(editor.catalog.plugins()))
    var json = JSONWriter(reserving: 1024)
    json.diff(diff, from: old.webhook.revision, to: new.webhook.revision)
    return .json(json)
  }

  private func rollback(_ request: APIRequest) async throws -> Response {
    try RevisionCondition.refuse(request)
    let id = try await webhookID(request)
    let fields = try Fields(try await request.json(limit: limits.bodyBytes), known: ["revision"])
    let number = try fields.required("revision").integer(in: 1...Int64(Int32.max))
    _ = try editor.webhook(request.id, for: request.principal)
    let found = try await revisions.revision(number, of: id)
    guard let earlier = found?.webhook else {
      throw APIError(.invalidField, "revision: webhook \(id) has no revision \(number)", field: "revision")
    }
    let webhook = try await editor.rollBack(request.id, to: earlier, by: request.principal)
    let standing = try await editor.standing(of: webhook)
    var json = JSONWriter(reserving: 1024)
    json.webhook(webhook, hiding: SecretOptions(editor.catalog.plugins()), standing)
    return Response.json(json).tagged(webhook.revision)
  }
}

extension RevisionRoutes {
  /// The rows of a list, each with what changed in it; whole configurations are held only for a moment.
  private func summaries(of id: WebhookID, before start: Int?, limit: Int) async throws -> ([RevisionSummary], hasMore: Bool) {
    let options = SecretOptions(editor.catalog.plugins())
    var rows: [RevisionSummary] = []
    var newer: WebhookRevision?
    var isComplete = false
    while rows.count < limit, !isComplete {
      let read = try await revisions.revisions(of: id, before: newer?.webhook.revision ?? start, limit: Self.readSize)
      for older in read {
        if let newer { rows.append(RevisionSummary(newer, after: older, hiding: options)) }
        newer = older
      }
      isComplete = read.count < Self.readSize
    }
    if isComplete, let first = newer { rows.append(RevisionSummary(first, after: nil, hiding: options)) }
    return (Array(rows.prefix(limit)), hasMore: rows.count > limit || !isComplete)
  }

  private func latest(of id: WebhookID, _ request: APIRequest) async throws -> WebhookRevision {
    let newest = try await revisions.revisions(of: id, before: nil, limit: 1)
    guard let revision = newest.first else { throw APIError.notFound("webhook", request.id) }
    return revision
  }

  private func revision(_ number: Int, of id: WebhookID) async throws -> WebhookRevision {
    let found = try await revisions.revision(number, of: id)
    guard let found else { throw Self.unknown("\(number)", of: id) }
    return found
  }

  /// The webhook of the path, deleted or not, as far as the key may see it. Its history belongs to the namespace that it is in now.
  private func webhookID(_ request: APIRequest) async throws -> WebhookID {
    guard let id = WebhookID(request.id) else { throw APIError.notFound("webhook", request.id) }
    guard request.principal.namespaces != nil else { return id }
    let newest = try await latest(of: id, request)
    guard request.principal.mayUse(newest.webhook.namespace) else { throw APIError.notFound("webhook", request.id) }
    return id
  }

  private static func unknown(_ number: String, of id: WebhookID) -> APIError {
    APIError(.notFound, "there is no revision \(quoted(number)) of webhook \(id)")
  }
}

extension Query {
  /// A parameter that names a revision.
  fileprivate func revision(_ name: String) throws -> Int? {
    try value(name, "a revision's number, from 1") { Int($0).flatMap { (1...Int(Int32.max)).contains($0) ? $0 : nil } }
  }
}

extension RevisionRoutes {
  static let operations = [list, show, diff, rollback]

  private static let list = Operation(
    id: "listWebhookRevisions", method: .get, path: "/v1/webhooks/{id}/revisions", isScoped: true,
    summary: "List the revisions of a webhook, newest first; also of a deleted one.", query: QueryParameter.paging,
    answer: "WebhookRevisionPage")

  private static let show = Operation(
    id: "showWebhookRevision", method: .get, path: "/v1/webhooks/{id}/revisions/{n}", isScoped: true,
    summary: "Show one revision of a webhook.",
    answer: "WebhookRevision")

  private static let diff = Operation(
    id: "diffWebhookRevisions", method: .get, path: "/v1/webhooks/{id}/revisions/diff", isScoped: true,
    summary: "Show what changed from one revision of a webhook to another.",
    query: [
      QueryParameter("from", "A revision's number; the one before `to` unless given."),
      QueryParameter("to", "A revision's number; the newest unless given."),
    ], answer: "WebhookDiff")

  private static let rollback = Operation(
    id: "rollbackWebhook", method: .post, path: "/v1/webhooks/{id}/rollback", isScoped: true,
    summary: "Give a webhook the configuration of an earlier revision, as a new revision; the secret stays.", body: "Rollback",
    answer: "Webhook", isTagged: true)
}
