import Glibc
import Testing
import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

/// Weeks of a gateway's life in virtual time. Nothing in it depends on the machine: a seed that fails once fails again.
@Suite struct SimulationTests {
  /// Those that always run; another one is named by TIDEHOOK_SIMULATION_SEED.
  static let seeds: [UInt64] =
    if let text = getenv("TIDEHOOK_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) { [seed] } else { [2, 3] }

  @Test(arguments: seeds)
  func weeksOfTroubleLoseNothingAndKeepEveryPromise(seed: UInt64) async throws {
    var simulation = try Simulation(seed: seed)
    do {
      for webhook in try webhooks(simulation) { try await simulation.add(webhook) }
      plan(&simulation)
      try await simulation.run()
    } catch {
      Issue.record("seed \(seed), \(simulation.now.rfc3339): \(error)")
      return
    }
    #expect(simulation.attempts > 500, "seed \(seed)")
    #expect(simulation.ledger.pauses[true, default: 0] > 3 && simulation.ledger.pauses[false, default: 0] > 3, "seed \(seed)")
    try await expectEverythingEnded(&simulation, seed)
  }

  /// One webhook for each kind of policy and limit.
  func webhooks(_ simulation: Simulation) throws -> [Webhook] {
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

  /// What happens in three weeks; then every receiver is up and every webhook active.
  func plan(_ simulation: inout Simulation) {
    let (dice, start, length) = (simulation.dice, simulation.now, Simulation.weeks * 7 * 86_400)
    let ids = simulation.webhooks.keys.sorted()
    func add(_ count: Int, _ happening: (WebhookID) -> Simulation.Happening) {
      for _ in 0..<count { simulation.add(happening(dice.pick(ids)), at: dice.time(after: start, within: length)) }
    }
    add(70) { _ in .publish }
    add(4) { _ in .flood }
    add(120) { .turn($0) }
    add(16) { .toggle($0) }
    add(60) { _ in .replay }
    add(10) { _ in .restart }
    simulation.add(.delete(ids[dice.number(in: 0...ids.count - 1)]), at: dice.time(after: start + .seconds(length / 2), within: length / 2))
    simulation.add(.peace, at: start + .seconds(length))
  }

  func expectEverythingEnded(_ simulation: inout Simulation, _ seed: UInt64) async throws {
    let store = try simulation.folder.open(simulation.clock, simulation.ids)
    var stored: [DeliveryID: Delivery] = [:]
    var cursor: Int64?
    while case let page = try await store.deliveries(DeliveryFilter(), before: cursor, limit: 500), !page.isEmpty {
      for delivery in page { stored[delivery.id] = delivery }
      cursor = page.last?.id.key
    }
    try await store.close()
    #expect(stored.count == simulation.ledger.entries.count, "seed \(seed): nothing that was accepted is lost")
    for (id, entry) in simulation.ledger.entries {
      let delivery = try #require(stored[id], "seed \(seed)")
      #expect(delivery.state == entry.state && delivery.attemptCount == entry.attempts, "seed \(seed): \(id)")
      #expect(!entry.state.isOpen && entry.state != .held && !entry.isUnderWay, "seed \(seed): \(id) never ended: \(entry)")
    }
  }
}
