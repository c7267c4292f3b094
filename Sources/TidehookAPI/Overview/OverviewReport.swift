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
  /// Those with trouble first, then by name; at most ``maximumRows``.
  let rows: [Row]
  /// How many webhooks there are.
  let webhookCount: Int
  /// The most urgent first; at most ``maximumAttentions``.
  let attention: [Attention]

  /// More webhooks are not shown: each costs a look at its counts.
  static let maximumRows = 100
  /// More than these nobody repairs at once.
  static let maximumAttentions = 200

  /// Which webhooks are shown: those that need attention first, in its order, then by name.
  static func choose(_ webhooks: [Webhook], _ attention: [Attention]) -> [Webhook] {
    var ranks: [String: Int] = [:]
    for (rank, one) in attention.enumerated() { ranks[one.id] = min(rank, ranks[one.id] ?? rank) }
    let ranked = webhooks.map { (rank: ranks[$0.id.description] ?? .max, name: $0.name.lowercased(), webhook: $0) }
    let sorted = ranked.sorted { ($0.rank, $0.name, $0.webhook.id.value) < ($1.rank, $1.name, $1.webhook.id.value) }
    return sorted.prefix(maximumRows).map(\.webhook)
  }
}
