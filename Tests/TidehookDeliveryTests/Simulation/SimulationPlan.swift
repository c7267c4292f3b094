import Testing
import TidehookCore
import TidehookTesting

/// What happens in some weeks: first, in a week of drills, all that a run must have met, whatever its seed; then anything.
struct SimulationPlan {
  private static let day = 86_400
  private static let drills = 9 * day
  private static let length = 21 * day

  /// One webhook for each kind of policy and limit; the last ones collect.
  static func webhooks(_ simulation: Simulation) throws -> [Webhook] {
    let path = try #require(EventPath("data.k"))
    let statuses = RetryStatuses(["5xx", "429", "!501"].compactMap { RetryStatuses.Entry($0) })
    let settings: [(inout Webhook) -> Void] = [
      { $0.rateLimit = RateLimit(count: 2, perSeconds: 60, burst: 3) },
      {
        $0.retry = RetryPolicy(.preset(.standardWebhooks), giveUpAfterSeconds: 100_000)
        $0.maxInFlight = 2
      },
      {
        $0.retry = RetryPolicy(.preset(.svix), retryOn: statuses, maxRetryAfterSeconds: 600)
        $0.ordering = .key(path)
      },
      {
        $0.retry = RetryPolicy(.schedule(ScheduledBackoff([0.5, 30, 30, 600], jitter: 0)))
        $0.ordering = .fifo
      },
      { $0.retry = RetryPolicy(.preset(.none)) },
      {
        $0.retry = RetryPolicy(.schedule(ScheduledBackoff([1, 10, 60], jitter: 0.2)))
        $0.breaker = BreakerSettings(failureRate: 0.5, windowSeconds: 600, minAttempts: 4, openSeconds: 300)
      },
      {
        $0.batch = BatchPolicy(maxEvents: 3, maxWaitSeconds: 1800, key: path)
        $0.retry = RetryPolicy(.preset(.svix))
      },
      {
        $0.batch = BatchPolicy(maxEvents: 4, maxWaitSeconds: 45)
        $0.retry = RetryPolicy(.schedule(ScheduledBackoff([20, 40, 40, 40], jitter: 0.1)), giveUpAfterSeconds: 130)
      },
    ]
    return try settings.enumerated().map { index, set in
      var webhook = Webhook(
        id: WebhookID(simulation.ids.next()), name: "\(index)", url: try DestinationURL(parsing: "https://example.com/\(index)"),
        events: [.everything], namespace: nil, secret: Secret("s"), createdAt: simulation.now, updatedAt: simulation.now)
      webhook.maxInFlight = 4
      set(&webhook)
      return webhook
    }
  }

  private let dice: Dice
  private let start: Timestamp
  private let webhooks: [Webhook]
  private(set) var agenda: [(what: Simulation.Happening, at: Timestamp)] = []

  init(_ simulation: Simulation) {
    (dice, start) = (simulation.dice, simulation.now)
    webhooks = simulation.webhooks.values.sorted { $0.id < $1.id }
    drill()
    improvise()
    for hours in stride(from: 12, to: Self.length / 3600, by: 12) { add(.sweep, hours * 3600) }
    add(.peace, Self.length)
  }

  private mutating func add(_ happening: Simulation.Happening, _ seconds: Int) { agenda.append((happening, start + .seconds(seconds))) }

  private mutating func turnAll(_ receiver: SimulatedReceiver, _ seconds: Int) {
    for webhook in webhooks { add(.turn(webhook.id, receiver), seconds) }
  }

  // MARK: Drills

  private mutating func drill() {
    for day in 0..<3 { drillPauses(day * Self.day) }
    for hour in 0..<5 { drillErasures(3 * Self.day + hour * 3600) }
    drillReplays(4 * Self.day)
    drillExpiry(5 * Self.day)
    // What is erased last is still there at the end.
    for hour in 1...2 { drillErasures(Self.length - hour * 3600) }
  }

  /// Receivers ask for less, or fail, and the process ends meanwhile.
  private mutating func drillPauses(_ begin: Int) {
    turnAll(.swamped, begin)
    add(.publish(6...6), begin + 10)
    add(.restart, begin + 130)
    // What waits for its next try waits for it when it was held meanwhile, too.
    for webhook in webhooks {
      add(.activate(webhook.id, false), begin + 140)
      add(.activate(webhook.id, true), begin + 200)
    }
    turnAll(.down, begin + 5 * 3600)
    add(.publish(8...8), begin + 5 * 3600)
    turnAll(.up, begin + 8 * 3600)
    add(.publish(10...10), begin + 9 * 3600)
  }

  /// Content is erased while it waits, and while it is under way.
  private mutating func drillErasures(_ begin: Int) {
    turnAll(.slow, begin)
    for (delay, wish, count) in [(1, ErasureWish.waiting, 3), (2, .underWay, 3), (3, .inBatch, 6)] {
      add(.publish(count...count), begin + 300 * delay)
      add(.erase(wish), begin + 300 * delay + 1)
    }
    turnAll(.up, begin + 1800)
  }

  /// Replays wait in memory when their webhooks become inactive.
  private mutating func drillReplays(_ begin: Int) {
    turnAll(.swamped, begin)
    add(.publish(2...2), begin + 10)
    for second in 0..<40 { add(.replay, begin + 20 + second) }
    for webhook in webhooks {
      add(.activate(webhook.id, false), begin + 100)
      add(.activate(webhook.id, true), begin + 200)
    }
    // Others are replayed while later ones of their orders are under way.
    turnAll(.slow, begin + 3600)
    add(.publish(4...4), begin + 3600)
    for second in 0..<60 { add(.replay, begin + 3601 + second) }
    turnAll(.up, begin + 5400)
  }

  /// Webhooks of each kind are inactive for longer than anything is held, with something that was tried before.
  private mutating func drillExpiry(_ begin: Int) {
    turnAll(.flaky, begin)
    add(.publish(8...8), begin)
    let paused = [0, 2, 3, 6, 7].map { webhooks[$0].id }
    for id in paused { add(.activate(id, false), begin + 2) }
    add(.publish(5...5), begin + 60)
    turnAll(.up, begin + 100)
    for id in paused { add(.activate(id, true), begin + 86_400 * 37 / 10) }
  }

  // MARK: Anything

  private mutating func improvise() {
    improvise(45) { _, _ in .publish(1...5) }
    improvise(3) { _, _ in .publish(20...30) }
    improvise(110) { id, _ in .turn(id, nil) }
    improvise(16) { id, _ in .activate(id, nil) }
    improvise(50) { _, _ in .replay }
    improvise(12) { _, _ in .restart }
    improvise(16) { _, dice in .erase(dice.pick(ErasureWish.allCases)) }
    let collecting = webhooks.suffix(2)
    improvise(10) { _, dice in
      let webhook = dice.pick(Array(collecting))
      let policy = BatchPolicy(
        maxEvents: dice.number(in: 1...8), maxWaitSeconds: Double(dice.number(in: 1...3600)), key: webhook.batch?.key)
      return .collect(webhook.id, dice.chance(0.2) ? nil : policy)
    }
    add(.delete(dice.pick(webhooks).id), dice.number(in: Self.length / 2...Self.length))
  }

  private mutating func improvise(_ count: Int, _ happening: (WebhookID, Dice) -> Simulation.Happening) {
    for _ in 0..<count {
      add(happening(dice.pick(webhooks).id, dice), dice.number(in: Self.drills...Self.length))
    }
  }
}
