// The calls that show what became of events, and that try again.

import Hummingbird
import TidehookCore

/// `/v1/deliveries` and what is below it.
struct DeliveryRoutes: Sendable {
  let history: any History
  let registry: any WebhookRegistry
  let revisions: any WebhookRevisions
  let time: any TimeSource
  let limits: APILimits
  let didReplay: @Sendable (WebhookID) -> Void

  var routes: [Route] {
    [Route(Self.list, list), Route(Self.show, show), Route(Self.replay, replay)]
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let search = DeliverySearch(
      try await DeliveryFilter(request, history: history, now: time.now()), order: try request.query.order(),
      from: try request.query.cursor(.deliveries), limit: try request.query.limit())
    let finding = try await history.search(search)
    return FoundPage(
      rows: finding.deliveries, list: .deliveries, position: finding.position,
      searchedUntil: finding.position.map(TimeOrderedID.time(of:)), place: { ($0.id.key, $0.createdAt) }
    ).answer { $1.delivery($0) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    guard let id = DeliveryID(request.id) else { throw Self.unknown(request) }
    let record = try await history.delivery(id)
    guard let record, record.isVisible(to: request.principal) else { throw Self.unknown(request) }
    return Self.answer(record, try await DropLines(of: record, revisions))
  }

  private func replay(_ request: APIRequest) async throws -> Response {
    guard let id = DeliveryID(request.id) else { throw Self.unknown(request) }
    if request.principal.namespaces != nil {
      let record = try await history.delivery(id)
      guard record.map({ $0.isVisible(to: request.principal) }) ?? false else { throw Self.unknown(request) }
    }
    let versions = try Self.versions(try await request.optionalJSON(limit: limits.bodyBytes))
    switch try await history.replay(id, at: time.now(), runs: versions) {
    case .queued(let webhook):
      didReplay(webhook)
      return Self.queued(id, for: webhook)
    case .unknown:
      throw Self.unknown(request)
    case .erased:
      throw APIError(.conflict, "delivery \(id) cannot be replayed: the content of its event was erased")
    case .neverAttempted:
      throw APIError(.conflict, "delivery \(id) was never attempted: there is no original revision to run")
    case .unknownRevision:
      throw APIError.unexpected("revision", "a revision of the webhook that is stored", got: versions.rawValue)
    case .refused(let state):
      let record = try await history.delivery(id)
      throw APIError(.conflict, refusal(of: id, state, for: record?.delivery.webhookID))
    }
  }

  /// What the body says about the versions to run.
  private static func versions(_ body: JSONValue?) throws -> ReplayedVersions {
    guard let body, let field = try Fields(body, known: ["revision"])["revision"] else { return .current }
    return try field.replayedVersionsOrRevision()
  }

  /// Why a delivery cannot be replayed: its webhook would not take it, or it is open already.
  private func refusal(of id: DeliveryID, _ state: DeliveryState, for webhook: WebhookID?) -> String {
    if state.isOpen { return "delivery \(id) is \(state.rawValue): it is under way or due already" }
    guard let webhook, let known = registry.webhook(webhook) else { return "delivery \(id) cannot be replayed: its webhook was deleted" }
    guard known.isActive else { return "delivery \(id) cannot be replayed: its webhook \(webhook) is inactive; make it active first" }
    return "delivery \(id) is \(state.rawValue) and cannot be replayed now"
  }

  @inline(never)
  private static func answer(_ record: DeliveryRecord, _ lines: DropLines) -> Response {
    var json = JSONWriter(reserving: 4096)
    json.delivery(record, droppedAt: lines)
    return .json(json)
  }

  private static func unknown(_ request: APIRequest) -> APIError {
    .notFound("delivery", request.id)
  }

  private static func queued(_ id: DeliveryID, for webhook: WebhookID) -> Response {
    var json = JSONWriter(reserving: 128)
    json.beginObject()
    json.key("id")
    json.string(id.description)
    json.key("webhook_id")
    json.string(webhook.description)
    json.key("state")
    json.string(DeliveryState.pending.rawValue)
    json.endObject()
    return .json(json, status: .accepted)
  }
}

extension DeliveryRecord {
  /// Whether a key may see it: what was sent shows the event as well as the webhook.
  fileprivate func isVisible(to principal: Principal) -> Bool {
    principal.mayUse(event.namespace) && principal.mayUse(webhookNamespace)
  }
}

extension DeliveryRoutes {
  static let operations = [list, show, replay]

  private static let list = Operation(
    id: "listDeliveries", method: .get, path: "/v1/deliveries", isScoped: true, summary: "List deliveries.",
    query: QueryParameter.deliveries
      + [QueryParameter("order", "newest, unless given, or oldest first.")] + QueryParameter.paging, answer: "DeliveryPage")

  private static let show = Operation(
    id: "showDelivery", method: .get, path: "/v1/deliveries/{id}", isScoped: true, summary: "Show a delivery with its attempts.",
    answer: "DeliveryWithAttempts")

  private static let replay = Operation(
    id: "replayDelivery", method: .post, path: "/v1/deliveries/{id}/replay", isScoped: true, summary: "Make a delivery due now.",
    body: "Replay",
    isBodyOptional: true, success: 202, answer: "Replayed")
}
