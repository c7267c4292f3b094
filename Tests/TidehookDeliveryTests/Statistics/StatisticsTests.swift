import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct StatisticsTests {
  private let store = MemoryRollups()
  private let clock = TestClock()
  private let samples = StoreSamples()
  private let statistics: Statistics

  init() {
    statistics = Statistics(store: store, time: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Counts events for a webhook, and the outcome of each.
  private func happen(_ count: Int = 1, _ state: DeliveryState = .delivered, for webhook: WebhookID) {
    let status = state == .dead ? 500 : 200
    for _ in 0..<count {
      let event = samples.event(for: [webhook])
      statistics.note([event], [.stored])
      let delivery = DueDelivery(id: event.deliveries[0].id, webhook: webhook, event: event.event)
      statistics.note(samples.result(delivery.id, state, status: status), of: delivery)
    }
  }

  private func value(_ name: String, _ labels: [String: String] = [:]) async -> Double? {
    for family in await statistics.metrics() {
      for sample in family.samples where family.name + sample.suffix == name {
        if labels.allSatisfy({ label in sample.labels.contains { $0.name == label.key && $0.value == label.value } }) {
          return sample.value
        }
      }
    }
    return nil
  }

  private var range: StatisticsRange {
    get throws { try StatisticsRange(since: nil, until: nil, width: nil, now: clock.now()) }
  }

  @Test func manyCountsAreOneWriteSomeSecondsLater() async {
    let running = Task { await statistics.run() }
    let webhook = WebhookID(samples.ids.next())
    happen(100, for: webhook)
    #expect(await clock.nextSleep() == clock.now() + .seconds(5))
    clock.advance(by: .seconds(5))
    var writes = store.writes.makeAsyncIterator()
    let written = await writes.next() ?? [:]
    #expect(Set(written.keys.map(\.webhook)) == [webhook, nil])
    #expect(store.sum.delivered == 100 && store.sum.events == 100 && store.sum.deliveries == 100)
    running.cancel()
    await running.value
  }

  @Test func whatAReplayMakesIsCounted() async {
    statistics.note(created: 7, for: WebhookID(samples.ids.next()), at: clock.now())
    #expect(await value("tidehook_deliveries_created_total") == 7)
    await statistics.flush()
    #expect(store.sum.deliveries == 7 && store.sum.events == 0)
  }

  @Test func oldCountsAreForgottenOnceAnHourWebhookByWebhook() async {
    let running = Task { await statistics.run() }
    var writes = store.writes.makeAsyncIterator()
    for hours in [0, 0, 1] {
      clock.advance(by: .seconds(3600 * hours))
      happen(for: WebhookID(samples.ids.next()))
      _ = await clock.nextSleep()
      clock.advance(by: .seconds(5))
      _ = await writes.next()
    }
    happen(for: WebhookID(samples.ids.next()))
    _ = await clock.nextSleep()
    #expect(store.state.withLock { $0.sweeps } == [nil, 7, nil, 7])
    running.cancel()
    await running.value
  }

  @Test func whatCannotBeWrittenIsWrittenLaterOnce() async throws {
    let webhook = WebhookID(samples.ids.next())
    happen(2, for: webhook)
    store.state.withLock { $0.failure = StoreError(.full, "no space") }
    for _ in 0..<3 { await statistics.flush() }
    happen(3, .dead, for: webhook)
    await statistics.flush()
    store.state.withLock { $0.failure = nil }
    #expect(try await statistics.tallies(of: .gateway, in: range).values.map(\.attempts) == [5])
    await statistics.flush()
    #expect(store.sum.delivered == 2 && store.sum.dead == 3 && store.sum.failures == [.status: 3])
    #expect(await value("tidehook_attempts_total") == 5)
  }

  @Test func aReadHasWhatJustHappened() async throws {
    happen(for: WebhookID(samples.ids.next()))
    #expect(try await statistics.tallies(of: .gateway, in: range).values.map(\.delivered) == [1])
  }

  @Test func manyWebhooksAreWrittenInSeveralTransactions() async {
    for _ in 0..<150 { happen(for: WebhookID(samples.ids.next())) }
    await statistics.flush()
    let written = store.state.withLock { $0.written.map(\.count) }
    #expect(written.reduce(0, +) == 151 && written.allSatisfy { $0 <= 64 })
  }

  @Test func metricsCountFromTheBeginningOfTheProcessWrittenOrNot() async {
    let webhook = WebhookID(samples.ids.next())
    happen(2, for: webhook)
    await statistics.flush()
    happen(1, .dead, for: webhook)
    let event = samples.event(for: [webhook])
    statistics.note(
      [event, event, event],
      [.duplicate(of: event.event.id, deliveries: 1), .conflict(with: event.event.id), .conflict(with: event.event.id)])
    #expect(await value("tidehook_events_total", ["result": "accepted"]) == 3)
    #expect(await value("tidehook_events_total", ["result": "duplicate"]) == 1)
    #expect(await value("tidehook_events_total", ["result": "conflict"]) == 2)
    #expect(await value("tidehook_deliveries_created_total") == 3)
    #expect(await value("tidehook_deliveries_total", ["outcome": "delivered"]) == 2)
    #expect(await value("tidehook_attempt_failures_total", ["kind": "status"]) == 1)
    #expect(await value("tidehook_attempt_failures_total", ["kind": "dns"]) == 0)
    #expect(await value("tidehook_webhook_deliveries_total", ["webhook": webhook.description, "outcome": "dead"]) == 1)
    #expect(await value("tidehook_delivery_duration_seconds_count") == 2)
    #expect(await value("tidehook_delivery_duration_seconds_sum") == 2)
  }

  @Test func onlySoManyWebhooksAreNamed() async {
    let webhooks = (0..<230).map { _ in WebhookID(samples.ids.next()) }
    for webhook in webhooks { happen(for: webhook) }
    await statistics.flush()
    var standing = QueueStanding()
    standing.dead = 1
    store.state.withLock { state in for webhook in webhooks { state.standings[webhook] = standing } }
    let families = await statistics.metrics()
    for family in families {
      let named = Set(family.samples.flatMap(\.labels).filter { $0.name == "webhook" }.map(\.value))
      #expect(named.isEmpty || named.count == 201 && named.contains("other"), "\(family.name): \(named.count)")
    }
    #expect(await value("tidehook_webhook_deliveries_total", ["webhook": "other", "outcome": "delivered"]) == 30)
    #expect(await value("tidehook_webhook_queue_deliveries", ["webhook": "other", "state": "dead"]) == 30)
    #expect(await value("tidehook_queue_deliveries", ["state": "dead"]) == 230)
  }

  @Test func theLagIsThatOfTheOneThatIsDueForLongest() async {
    var (late, early) = (QueueStanding(), QueueStanding())
    (late.pending, late.firstDue) = (1, clock.now() + .seconds(-90))
    (early.retrying, early.firstDue) = (1, clock.now() + .seconds(60))
    let (one, two) = (WebhookID(samples.ids.next()), WebhookID(samples.ids.next()))
    let standings = [one: late, two: early]
    store.state.withLock { $0.standings = standings }
    #expect(await value("tidehook_queue_lag_seconds") == 90)
    #expect(await value("tidehook_webhook_queue_lag_seconds", ["webhook": two.description]) == 0)
  }

  @Test(.timeLimit(.minutes(1))) func aCountThatIsBearableIsToldOfAndMadeAgainOnceAtATime() async throws {
    let now = Mutex(ContinuousClock.now)
    let statistics = Statistics(
      store: store, time: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, instant: { now.withLock { $0 } })
    let (before, webhook) = (WebhookID(samples.ids.next()), WebhookID(samples.ids.next()))
    var many = QueueStanding()
    many.dead = 10_001
    store.state.withLock { [many] state in
      state.standings = [before: many]
      state.counting = { now.withLock { $0 += .milliseconds(60) } }
    }
    #expect(try await Set(statistics.standings().keys) == [before])
    now.withLock { $0 += .seconds(2) }
    for round in 2...3 {
      // Those who ask meanwhile get what is known, and begin no other count; neither does one that failed keep the next from being made.
      let (gate, opens) = AsyncStream.makeStream(of: Bool.self)
      store.state.withLock { [many] state in
        state.standings = [webhook: many]
        state.counting = { () async throws(StoreError) in
          var answers = gate.makeAsyncIterator()
          guard await answers.next() == true else { throw StoreError(.full, "no space") }
          now.withLock { $0 += .milliseconds(60) }
        }
      }
      for _ in 0..<9 { #expect(try await Set(statistics.standings().keys) == [before]) }
      let count = try #require(statistics.refreshing)
      opens.yield(round == 3)
      await count.value
      #expect(store.state.withLock { $0.countings } == round)
    }
    #expect(try await Set(statistics.standings().keys) == [webhook])
    #expect(store.state.withLock { $0.countings } == 3)
  }

  @Test func theEngineTellsWhatWasStoredAndWhatCameOfIt() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 500)), .success(ReceivedResponse(status: 200))])
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, meter: statistics, time: fixture.clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await engine.run() }
    _ = try fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 1, initialDelaySeconds: 10, jitter: 0) }
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    _ = await fixture.clock.nextSleep()
    fixture.clock.advance(by: .seconds(10))
    var records = fixture.queue.records.makeAsyncIterator()
    for _ in 0..<2 { _ = await records.next() }
    await engine.drain(within: .seconds(30)) {}
    try await running.value
    await statistics.flush()
    let sum = store.sum
    #expect((sum.events, sum.deliveries, sum.delivered, sum.attempts) == (1, 1, 1, 2))
    #expect(sum.failures == [.status: 1])
    #expect(sum.deliveryTimes.sum == 10_000_000)
  }
}
