// What an answer about statistics says: a pure value.

import TidehookCore

/// Statistics of the gateway, or of some webhooks together.
struct StatisticsReport {
  let scope: StatisticsScope
  let range: StatisticsRange
  /// Each step of the range, those without anything too.
  let points: [(start: Int64, tally: Tally)]
  /// All of them together.
  let total: Tally
  /// How the queues stand now.
  let queue: QueueStanding
  /// How many requests are under way now.
  let inFlight: Int

  init(
    scope: StatisticsScope, range: StatisticsRange, tallies: [Int64: Tally], standings: [WebhookID: QueueStanding],
    inFlight: [WebhookID: Int]
  ) {
    self.scope = scope
    self.range = range
    points = range.starts.map { ($0, tallies[$0] ?? Tally()) }
    var total = Tally()
    for tally in tallies.values { total.add(tally) }
    self.total = total
    var queue = QueueStanding()
    switch scope {
    case .gateway:
      for standing in standings.values { queue.add(standing) }
      self.inFlight = inFlight.values.reduce(0, +)
    case .webhooks(let ids):
      for id in ids { if let standing = standings[id] { queue.add(standing) } }
      self.inFlight = ids.reduce(0) { $0 + (inFlight[$1] ?? 0) }
    }
    self.queue = queue
  }

  /// Whether it counts events: which webhooks an event is for says nothing of how many there are.
  var countsEvents: Bool { scope == .gateway }
}
