// The call that shows deliveries by webhook and cause.

import Hummingbird
import TidehookCore

/// `/v1/deliveries/groups`.
struct DeliveryGroupRoutes: Sendable {
  let history: any History
  let registry: any WebhookRegistry

  var routes: [Route] { [Route(Self.groups, groups)] }

  private func groups(_ request: APIRequest) async throws -> Response {
    let query = request.query
    let found = try await history.groups(
      DeliveryGroupFilter(
        states: try query.states(among: DeliveryGroupFilter.states) ?? [.dead],
        webhook: try query.value("webhook", "a webhook's id like wh_…", read: WebhookID.init), failure: try query.failureKind(),
        namespaces: request.principal.namespaces))
    var json = JSONWriter(reserving: 64 + 512 * found.groups.count)
    json.beginObject()
    json.key("data")
    json.beginArray()
    for group in found.groups { json.group(group, name: registry.webhook(group.webhook)?.name) }
    json.endArray()
    json.key("truncated")
    json.bool(found.isTruncated)
    json.endObject()
    return .json(json)
  }
}

extension JSONWriter {
  /// Writes a group.
  /// - Parameter name: the webhook's; `nil` when it was deleted.
  fileprivate mutating func group(_ group: DeliveryGroup, name: String?) {
    beginObject()
    key("state")
    string(group.state.rawValue)
    key("webhook_id")
    string(group.webhook.description)
    key("webhook_name")
    optional(name)
    key("failure")
    optional(group.failure?.rawValue)
    key("count")
    integer(group.count)
    key("at_least")
    bool(group.isAtLeast)
    key("statuses")
    beginArray()
    for one in group.statuses {
      beginObject()
      key("status")
      integer(one.status)
      key("count")
      integer(one.count)
      endObject()
    }
    endArray()
    key("statuses_of")
    integer(group.statusesOf)
    key("first_at")
    string(group.first.rfc3339)
    key("last_at")
    string(group.last.rfc3339)
    key("example")
    example(group.example)
    endObject()
  }

  private mutating func example(_ delivery: Delivery?) {
    guard let delivery else { return null() }
    beginObject()
    key("id")
    string(delivery.id.description)
    key("event_id")
    string(delivery.eventID.rawValue)
    key("event_type")
    string(delivery.eventType.name)
    key("reason")
    optional(delivery.reason)
    key("updated_at")
    string(delivery.updatedAt.rfc3339)
    endObject()
  }
}

extension DeliveryGroupRoutes {
  static let operations = [groups]

  private static let groups = Operation(
    id: "groupDeliveries", method: .get, path: "/v1/deliveries/groups", isScoped: true,
    summary: "Show dead, retrying or held deliveries by webhook and cause, the most first.",
    query: [
      QueryParameter("state", "One or several of dead, retrying and held, with commas in between; dead unless given."),
      QueryParameter("webhook", "Only for the webhook of this id."),
      QueryParameter("failure", "Only those whose last attempt failed like this."),
    ], answer: "DeliveryGroups")
}
