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
  /// What needs attention, as ``share(_:limit:)`` has it.
  let attention: [Attention]
  /// How much needs attention.
  let attentionCount: Int

  /// How many webhooks, and how many of what needs attention, are shown unless more are asked for: a page's worth, which bounds the answer.
  static let usualLimit = 20
  /// More webhooks are not shown: each costs a look at its counts.
  static let maximumWebhooks = 100
  /// More of what needs attention is not shown: nobody reads it.
  static let maximumAttention = 500

  /// What is shown of what needs attention: some of each kind, so that none hides another, in the order that it came in.
  static func share(_ attention: [Attention], limit: Int) -> [Attention] {
    var turns: [Attention.Kind: Int] = [:]
    let places = attention.enumerated().map { place, one in
      turns[one.kind, default: 0] += 1
      return (turn: turns[one.kind] ?? 0, place: place)
    }
    return places.sorted { ($0.turn, $0.place) < ($1.turn, $1.place) }.prefix(limit).map(\.place).sorted().map { attention[$0] }
  }

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
