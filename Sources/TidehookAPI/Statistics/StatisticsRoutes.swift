// The calls that show statistics.

import Hummingbird
import TidehookCore

/// `/v1/stats` and `/v1/webhooks/{id}/stats`.
struct StatisticsRoutes: Sendable {
  let statistics: any StatisticsReading
  let lanes: any LaneReading
  let registry: any WebhookRegistry
  let time: any TimeSource

  var routes: [Route] { [Route(Self.gateway, gateway), Route(Self.webhook, webhook)] }

  /// Of the whole gateway; a limited key's are those of the webhooks that it sees.
  private func gateway(_ request: APIRequest) async throws -> Response {
    let now = time.now()
    guard request.principal.namespaces != nil else {
      return try await answer(.gateway, try request.query.statisticsRange(now: now))
    }
    let visible = registry.webhooks().filter { request.principal.mayUse($0.namespace) }.map(\.id)
    // Nobody counts for a namespace: each of its webhooks is read.
    return try await answer(.webhooks(visible), try request.query.statisticsRange(now: now, over: visible.count))
  }

  private func webhook(_ request: APIRequest) async throws -> Response {
    guard let id = WebhookID(request.id), let webhook = registry.webhook(id), request.principal.mayUse(webhook.namespace) else {
      throw APIError.notFound("webhook", request.id)
    }
    return try await answer(.webhooks([id]), try request.query.statisticsRange(now: time.now()))
  }

  private func answer(_ scope: StatisticsScope, _ range: StatisticsRange) async throws -> Response {
    let tallies = try await statistics.tallies(of: scope, in: range)
    let standings = try await statistics.standings()
    let report = StatisticsReport(
      scope: scope, range: range, tallies: tallies, standings: standings, inFlight: lanes.requestsInFlight())
    var json = JSONWriter(reserving: 1024 + 320 * tallies.count)
    json.statistics(report)
    return .json(json)
  }
}

extension StatisticsRoutes {
  static let operations = [gateway, webhook]

  private static let gateway = Operation(
    id: "showStatistics", method: .get, path: "/v1/stats", isScoped: true,
    summary: "Show what happened, in steps of time, and how the queues stand.", query: parameters, answer: "Statistics")

  private static let webhook = Operation(
    id: "showWebhookStatistics", method: .get, path: "/v1/webhooks/{id}/stats", isScoped: true,
    summary: "Show what happened for a webhook, in steps of time, and how its queue stands.", query: parameters, answer: "Statistics")

  /// What calls about statistics take.
  static let parameters = [
    QueryParameter("since", "From this time on: RFC 3339, or how long ago like 30m; 1d unless given."),
    QueryParameter("until", "Before this time: RFC 3339, or how long ago like 30m; now unless given."),
    QueryParameter("step", "The width of a step like 1m, 1h or 1d; chosen unless given."),
  ]
}
