// The call behind the first page of a console: one answer for all of it, made of what is counted and known anyway.

import Hummingbird
import TidehookCore

/// `/v1/overview`.
struct OverviewRoutes: Sendable {
  let statistics: any StatisticsReading
  let lanes: any LaneReading
  let registry: any WebhookRegistry
  let healths: any WebhookHealths
  let sources: SourceDirectory
  let receipts: any ReceiptHistory
  let plugins: any PluginCatalog
  let space: any SpaceReading
  let time: any TimeSource

  var routes: [Route] { [Route(Self.overview, overview)] }

  /// For how long rejected requests are told of: a day.
  private static let rejectionSeconds = 86_400
  /// More rejected requests are not counted.
  private static let maximumRejections = 1000

  private func overview(_ request: APIRequest) async throws -> Response {
    let now = time.now()
    let range = try request.query.statisticsRange(now: now)
    let most = try request.query.overviewLimits()
    let webhooks = registry.webhooks().filter { request.principal.mayUse($0.namespace) }
    let isLimited = request.principal.namespaces != nil
    let fewSteps = range.coarse(now: now)
    let scope = isLimited ? StatisticsScope.webhooks(webhooks.map(\.id)) : .gateway
    let mainRange = try request.query.statisticsRange(now: now, over: isLimited ? webhooks.count : nil)
    let tallies = try await statistics.tallies(of: scope, in: mainRange)
    let standings = try await statistics.standings()
    let attention = try await attention(for: request.principal, webhooks, standings, now)
    let shown = OverviewReport.share(attention, limit: most.attention)
    let compared = fewSteps.compared(over: webhooks.count, now: now)
    let deliveries = try await deliveries(of: webhooks, in: compared)
    // Those first whose trouble is shown.
    let chosen = OverviewReport.choose(webhooks, shown + attention, deliveries, limit: most.webhooks)
    let small = try await statistics.tallies(ofEach: chosen.map(\.id), in: fewSteps)
    let inFlight = lanes.requestsInFlight()
    let report = OverviewReport(
      statistics: StatisticsReport(scope: scope, range: mainRange, tallies: tallies, standings: standings, inFlight: inFlight),
      oldest: Self.oldest(webhooks, standings), fewSteps: fewSteps,
      rows: chosen.map { webhook in
        OverviewReport.Row(
          webhook: webhook, standing: standing(of: webhook, now), queue: standings[webhook.id] ?? QueueStanding(),
          inFlight: inFlight[webhook.id] ?? 0, tallies: small[webhook.id] ?? [:])
      },
      webhookCount: webhooks.count, compared: compared, attention: shown, attentionCount: attention.count)
    var json = JSONWriter(reserving: 48 << 10)
    json.overview(report)
    return .json(json)
  }

  /// How many deliveries each webhook had in the time that they are compared over.
  private func deliveries(of webhooks: [Webhook], in range: StatisticsRange?) async throws -> [WebhookID: Int64] {
    guard let range else { return [:] }
    let tallies = try await statistics.tallies(ofEach: webhooks.map(\.id), in: range)
    return tallies.mapValues { steps in steps.values.reduce(into: Tally()) { $0.add($1) }.deliveries }
  }

  private func standing(of webhook: Webhook, _ now: Timestamp) -> WebhookStanding {
    WebhookStanding(health: healths.health(of: webhook.id), rule: healths.rule(for: webhook), held: 0, now: now)
  }

  private static func oldest(_ webhooks: [Webhook], _ standings: [WebhookID: QueueStanding]) -> (webhook: Webhook, due: Timestamp)? {
    webhooks.compactMap { webhook in standings[webhook.id]?.firstDue.map { (webhook, $0) } }.min { $0.1 < $1.1 }
  }

  /// What needs attention of all that a key sees, the most urgent first. Plugins and the disk are everybody's: limited keys hear nothing of them.
  private func attention(
    for principal: Principal, _ webhooks: [Webhook], _ standings: [WebhookID: QueueStanding], _ now: Timestamp
  ) async throws -> [Attention] {
    var all = webhooks.flatMap { webhook in
      Attention.of(webhook, standings[webhook.id] ?? QueueStanding(), healths.health(of: webhook.id), now: now)
    }
    let sources = sources.sources().filter { principal.mayUse($0.namespace) }
    let since = now + .seconds(-Self.rejectionSeconds)
    let rejections = try await receipts.rejections(of: sources.map(\.id), since: since, upTo: Self.maximumRejections)
    all += sources.compactMap { source in rejections[source.id].flatMap { Attention.of(source, $0) } }
    if principal.namespaces == nil {
      all += plugins.problems().map { Attention.ofPlugin($0.key, problem: $0.value) }
      all += [Attention.of(space.spaceShortage())].compactMap(\.self)
    }
    return Attention.sorted(all)
  }
}

extension OverviewRoutes {
  static let operations = [overview]

  private static let overview = Operation(
    id: "showOverview", method: .get, path: "/v1/overview", isScoped: true,
    summary: "Show what happened, how each webhook fares, and what needs attention now.",
    query: StatisticsRoutes.parameters + [
      QueryParameter("limit", "How many webhooks: 1 to 100, 20 unless given."),
      QueryParameter("attention_limit", "How many of what needs attention: 1 to 500, 20 unless given."),
    ], answer: "Overview")
}

extension Query {
  /// `limit` and `attention_limit`.
  fileprivate func overviewLimits() throws -> (webhooks: Int, attention: Int) {
    (
      try overviewLimit("limit", OverviewReport.maximumWebhooks),
      try overviewLimit("attention_limit", OverviewReport.maximumAttention)
    )
  }

  private func overviewLimit(_ name: String, _ most: Int) throws -> Int {
    try value(name, "a number of 1...\(most)") { Int($0).flatMap { (1...most).contains($0) ? $0 : nil } } ?? OverviewReport.usualLimit
  }
}
