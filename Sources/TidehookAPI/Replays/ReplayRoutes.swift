// The calls that replay many deliveries at once, as jobs.

import Hummingbird
import TidehookCore

/// `/v1/replays` and what is below it, and `/v1/webhooks/{id}/recover`.
struct ReplayRoutes: Sendable {
  let jobs: any ReplayJobs
  let editor: WebhookEditor
  let time: any TimeSource
  let limits: APILimits

  var routes: [Route] {
    [
      Route(Self.create, create), Route(Self.list, list), Route(Self.show, show), Route(Self.cancel, cancel),
      Route(Self.recover, recover),
    ]
  }

  private func create(_ request: APIRequest) async throws -> Response {
    let fields = try ReplayFields(try await request.json(limit: limits.bodyBytes), now: time.now())
    if let id = fields.request.webhook { try checkWebhook(id, for: request.principal) }
    return try await answer(fields, request.principal)
  }

  private func recover(_ request: APIRequest) async throws -> Response {
    let webhook = try editor.webhook(request.id, for: request.principal).id
    let fields = try ReplayFields(recovering: webhook, try await request.json(limit: limits.bodyBytes), now: time.now())
    return try await answer(fields, request.principal)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let replays = try await jobs.replays(
      visibleTo: request.principal, before: try request.query.cursor(.replays), limit: limit + 1)
    return Page(replays.prefix(limit), of: .replays, hasMore: replays.count > limit, key: \.id.key)
      .answer { $1.replay($0, waiting: waiting($0)) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    answer(try await known(request), status: .ok)
  }

  private func cancel(_ request: APIRequest) async throws -> Response {
    let replay = try await known(request)
    let ended = try await jobs.cancel(replay.id)
    return try cancelled(ended, replay)
  }

  private func cancelled(_ ended: Replay?, _ replay: Replay) throws -> Response {
    guard let ended else { throw APIError(.conflict, "replay \(replay.id) has ended already") }
    return answer(ended, status: .ok)
  }

  /// The replay that a path names, as far as the key may see it.
  private func known(_ request: APIRequest) async throws -> Replay {
    guard let id = ReplayID(request.id) else { throw APIError.notFound("replay", request.id) }
    let replay = try await jobs.replay(id)
    return try Self.visible(replay, request)
  }

  private static func visible(_ replay: Replay?, _ request: APIRequest) throws -> Replay {
    guard let replay, replay.isVisible(to: request.principal) else { throw APIError.notFound("replay", request.id) }
    return replay
  }

  /// A body names a webhook: one that is not there, or not for this key, is a wrong value of its field.
  private func checkWebhook(_ id: WebhookID, for principal: Principal) throws {
    guard (try? editor.webhook(id.description, for: principal)) == nil else { return }
    throw APIError(.invalidField, "webhook: there is no webhook \(quoted(id.description))", field: "webhook")
  }

  /// Counts, or begins, what was asked for, within the limits of the key.
  private func answer(_ fields: ReplayFields, _ principal: Principal) async throws -> Response {
    var request = fields.request
    if let namespace = request.namespace { try principal.check(namespace) }
    request.limits = principal.namespaces
    request.scope = principal.namespaces ?? request.webhook.flatMap { editor.registry.webhook($0)?.namespace }.map { [$0] }
    if fields.isDryRun { return Self.answer(try await jobs.preview(request)) }
    let replay = try await jobs.start(request, by: principal.name)
    return try started(replay)
  }

  private func started(_ replay: Replay?) throws -> Response {
    guard let replay else {
      throw APIError(.conflict, "\(ReplayLimits.running) replays are under way: wait for one to end, or cancel one")
    }
    return answer(replay, status: .accepted)
  }

  private static func answer(_ preview: ReplayPreview) -> Response {
    var json = JSONWriter(reserving: 1024)
    json.preview(preview)
    return .json(json)
  }

  private func answer(_ replay: Replay, status: HTTPResponse.Status) -> Response {
    var json = JSONWriter(reserving: 1024)
    json.replay(replay, waiting: waiting(replay))
    return .json(json, status: status)
  }

  /// What keeps a replay from going on; `nil` when nothing does.
  private func waiting(_ replay: Replay) -> String? {
    guard replay.endedAt == nil else { return nil }
    if let webhook = replay.request.webhook { return inactivity(of: webhook, named: "the webhook") }
    let blockers = jobs.blockers(of: replay.id)
    guard let first = blockers.first, let reason = inactivity(of: first, named: "webhook \(first)") else { return nil }
    switch blockers.count {
    case 1: return reason
    case 2: return "\(reason); so is another one"
    default: return "\(reason); so are \(blockers.count - 1) others"
    }
  }

  private func inactivity(of id: WebhookID, named name: String) -> String? {
    guard let webhook = editor.registry.webhook(id), !webhook.isActive else { return nil }
    let inactive = "\(name) is inactive until it is resumed"
    return webhook.disablement.map { "\(inactive): \($0.message)" } ?? inactive
  }
}

extension ReplayRoutes {
  static let operations = [create, list, show, cancel, recover]

  private static let create = Operation(
    id: "createReplay", method: .post, path: "/v1/replays", isScoped: true,
    summary: "Replay many deliveries as a job, or count them with dry_run.", body: "NewReplay", success: 202, answer: "ReplayOrPreview")

  private static let list = Operation(
    id: "listReplays", method: .get, path: "/v1/replays", isScoped: true, summary: "List replays, newest first.",
    query: QueryParameter.paging, answer: "ReplayPage")

  private static let show = Operation(
    id: "showReplay", method: .get, path: "/v1/replays/{id}", isScoped: true, summary: "Show a replay and how far it has come.",
    answer: "ReplayJob")

  private static let cancel = Operation(
    id: "cancelReplay", method: .post, path: "/v1/replays/{id}/cancel", isScoped: true,
    summary: "Stop a replay; what it made due by then is delivered.", answer: "ReplayJob")

  private static let recover = Operation(
    id: "recoverWebhook", method: .post, path: "/v1/webhooks/{id}/recover", isScoped: true,
    summary: "Deliver everything of a webhook since a time that is dead or missing.", body: "Recovery", success: 202,
    answer: "ReplayOrPreview")
}
