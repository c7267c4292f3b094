// Counts in memory: those that are still to be written, and those of the whole life of the process. A pure value.

import TidehookCore

/// What was counted since the process began.
struct CountingBook {
  /// Counts that nobody took yet.
  private(set) var fresh: [CountedMinute: Tally] = [:]
  /// Counts that could not be written; they are in ``life`` already.
  private var unwritten: [CountedMinute: Tally] = [:]
  /// What happened since the process began, ``fresh`` not included.
  private(set) var life = Tally()
  /// The same for some webhooks, and for the rest together.
  private(set) var webhooks: [WebhookID: WebhookCounts] = [:]
  private(set) var others = WebhookCounts()
  /// Events that were published again, the same or not.
  private(set) var duplicates: Int64 = 0, conflicts: Int64 = 0

  /// More than this is not worth the memory: a day of fourteen busy webhooks on a full disk.
  private static let maximumMinutes = 20_000
  /// Webhooks that metrics name; each costs a handful of series.
  static let namedWebhooks = 200

  /// Counts of one webhook over the life of the process.
  struct WebhookCounts: Equatable {
    var delivered: Int64 = 0, filtered: Int64 = 0, dead: Int64 = 0, failedAttempts: Int64 = 0

    mutating func add(_ tally: Tally) {
      delivered &+= tally.delivered
      filtered &+= tally.filtered
      dead &+= tally.dead
      failedAttempts &+= tally.failedAttempts
    }
  }

  /// Notes what became of events; returns whether these are the first counts to be written.
  mutating func note(_ events: [NewEvent], _ results: [AppendResult]) -> Bool {
    let wasEmpty = fresh.isEmpty
    for (event, result) in zip(events, results) {
      switch result {
      case .stored: note(event)
      case .duplicate: duplicates &+= 1
      case .conflict, .erased: conflicts &+= 1
      }
    }
    return wasEmpty && !fresh.isEmpty
  }

  private mutating func note(_ event: NewEvent) {
    let start = RollupStep.minute.start(of: event.event.acceptedAt)
    // What Tidehook itself tells is no event that somebody published.
    if event.event.namespace != .operational { change(CountedMinute(webhook: nil, start: start)) { $0.events &+= 1 } }
    for delivery in event.deliveries { change(CountedMinute(webhook: delivery.webhook, start: start)) { $0.deliveries &+= 1 } }
  }

  /// Notes deliveries that a replay made; returns whether they are the first counts to be written.
  mutating func note(created count: Int, for webhook: WebhookID, at now: Timestamp) -> Bool {
    let wasEmpty = fresh.isEmpty
    change(CountedMinute(webhook: webhook, start: RollupStep.minute.start(of: now))) { $0.deliveries &+= Int64(count) }
    return wasEmpty && !fresh.isEmpty
  }

  /// Notes an outcome; returns whether it is the first count to be written.
  mutating func note(_ completed: CompletedDelivery, of delivery: DueDelivery) -> Bool {
    let wasEmpty = fresh.isEmpty
    change(CountedMinute(webhook: delivery.webhook, start: RollupStep.minute.start(of: completed.at))) { $0.add(completed, of: delivery) }
    return wasEmpty && !fresh.isEmpty
  }

  private mutating func change(_ minute: CountedMinute, _ body: (inout Tally) -> Void) {
    guard fresh[minute] != nil || fresh.count < Self.maximumMinutes else { return }
    body(&fresh[minute, default: Tally()])
  }

  /// Hands out what is to be written.
  mutating func take() -> [CountedMinute: Tally] {
    for (minute, tally) in fresh { addToLife(tally, of: minute.webhook) }
    unwritten.merge(fresh) { earlier, later in
      var sum = earlier
      sum.add(later)
      return sum
    }
    defer { (fresh, unwritten) = ([:], [:]) }
    return unwritten
  }

  /// Takes back what could not be written.
  mutating func putBack(_ counts: [CountedMinute: Tally]) {
    for (minute, tally) in counts where unwritten[minute] != nil || unwritten.count < Self.maximumMinutes {
      unwritten[minute, default: Tally()].add(tally)
    }
  }

  private mutating func addToLife(_ tally: Tally, of webhook: WebhookID?) {
    life.add(tally)
    guard let webhook else { return }
    if name(webhook) { webhooks[webhook]?.add(tally) } else { others.add(tally) }
  }

  /// Whether metrics name a webhook: the first ones that something is told of, as long as the process lives.
  mutating func name(_ webhook: WebhookID) -> Bool {
    if webhooks[webhook] != nil { return true }
    guard webhooks.count < Self.namedWebhooks else { return false }
    webhooks[webhook] = WebhookCounts()
    return true
  }

  /// The book as if everything had been written.
  func settled() -> CountingBook {
    var book = self
    _ = book.take()
    return book
  }
}
