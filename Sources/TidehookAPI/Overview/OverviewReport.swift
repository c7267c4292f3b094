// What the overview says: a pure value.

import TidehookCore

/// All that the first page of a console shows.
struct OverviewReport {
  /// One webhook, as the overview knows it.
  struct Row {
    let webhook: Webhook
    let standing: WebhookStanding
    let queue: QueueStanding
    let inFlight: Int
    /// Each step of ``OverviewReport/fewSteps``.
    let tallies: [Int64: Tally]

    /// All steps together.
    var total: Tally {
      var total = Tally()
      for tally in tallies.values { total.add(tally) }
      return total
    }
  }

  /// Totals, steps and queues of all that the key sees.
  let statistics: StatisticsReport
  /// The webhook whose delivery has been due for longest, or will be due first.
  let oldest: (webhook: Webhook, due: Timestamp)?
  /// The steps of the webhooks' small charts.
  let fewSteps: StatisticsRange
  /// Some of the webhooks, as ``choose(_:_:_:limit:)`` has them.
  let rows: [Row]
  /// How many webhooks there are.
  let webhookCount: Int
  /// Over which time webhooks were compared by their deliveries; `nil` where there are too many to compare.
  let compared: StatisticsRange?
  /// The first of what needs attention, the most urgent first.
  let attention: [Attention]
  /// How much needs attention.
  let attentionCount: Int

  /// How many webhooks, and how many of what needs attention, are shown unless more are asked for: a page's worth, which bounds the answer.
  static let usualLimit = 20
  /// More are not shown: each webhook costs a look at its counts.
  static let maximumLimit = 100

  /// Which webhooks are shown: those that need attention first, in its order, then those with the most deliveries, then by name.
  static func choose(_ webhooks: [Webhook], _ attention: [Attention], _ deliveries: [WebhookID: Int64], limit: Int) -> [Webhook] {
    var ranks: [String: Int] = [:]
    for (rank, one) in attention.enumerated() { ranks[one.id] = min(rank, ranks[one.id] ?? rank) }
    let ranked = webhooks.map {
      (rank: ranks[$0.id.description] ?? .max, idleness: -(deliveries[$0.id] ?? 0), name: $0.name.lowercased(), webhook: $0)
    }
    let sorted = ranked.sorted {
      ($0.rank, $0.idleness, $0.name, $0.webhook.id.value) < ($1.rank, $1.idleness, $1.name, $1.webhook.id.value)
    }
    return sorted.prefix(limit).map(\.webhook)
  }
}
