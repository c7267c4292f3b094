import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct CollectorTests {
  private func makeEngine(_ fixture: EngineFixture, _ batches: MemoryBatches, meter: (any DeliveryMeter)? = nil) -> DeliveryEngine {
    DeliveryEngine(
      queue: fixture.queue, batches: batches, runner: fixture.runner, meter: meter, time: fixture.clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func makeWebhook(_ fixture: EngineFixture, _ policy: BatchPolicy, rate: RateLimit? = nil) throws -> Webhook {
    try fixture.makeWebhook {
      $0.batch = policy
      $0.rateLimit = rate
    }
  }

  @Test func whatIsPublishedIsCollectedAndGoesWhenItIsFull() async throws {
    let fixture = EngineFixture()
    let batches = MemoryBatches()
    let engine = makeEngine(fixture, batches)
    let running = Task { try await engine.run() }
    // One attempt an hour: looking at an event is none.
    let webhook = try makeWebhook(fixture, BatchPolicy(maxEvents: 3, maxWaitSeconds: 60), rate: RateLimit(count: 1, perSeconds: 3600))
    engine.configure(webhook)
    let publisher = Publisher(store: batches, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let requests = (0..<3).map { _ in PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8)) }
    #expect(try await publisher.publish(requests).map(\.deliveries) == [1, 1, 1])
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.batch?.members.count == 3)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test func theEngineSleepsUntilTheOldestHasWaited() async throws {
    let fixture = EngineFixture()
    let batches = MemoryBatches()
    let engine = makeEngine(fixture, batches)
    let running = Task { try await engine.run() }
    let webhook = try makeWebhook(fixture, BatchPolicy(maxEvents: 3, maxWaitSeconds: 60))
    engine.configure(webhook)
    let publisher = Publisher(store: batches, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let began = fixture.clock.now()
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    #expect(await fixture.clock.nextSleep() == began + .seconds(60))
    fixture.clock.advance(by: .seconds(60))
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.batch?.members.count == 1)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test func whatThePipelineDropsIsAnAttemptOfItsOwnAndInNoBatch() async throws {
    let fixture = EngineFixture(pipeline: FixedPipeline(dropped: [0: PipelineDrop("no", by: DroppingStage(index: 1, name: "tags"))]))
    let batches = MemoryBatches()
    let meter = OutcomeMeter()
    let engine = makeEngine(fixture, batches, meter: meter)
    let running = Task { try await engine.run() }
    engine.configure(try makeWebhook(fixture, BatchPolicy(maxEvents: 1, maxWaitSeconds: 60)))
    let publisher = Publisher(store: batches, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    var ended = batches.ended.makeAsyncIterator()
    let completed = try #require(await ended.next())
    #expect(completed.transition.state == .filtered && completed.transition.reason == "no")
    #expect(completed.attempt?.number == 1 && completed.attempt?.request == nil)
    var outcomes = meter.outcomes.makeAsyncIterator()
    #expect(await outcomes.next() == completed.id)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test func anotherPolicyHasWhatWaitsLookedAtAgain() async throws {
    let fixture = EngineFixture()
    let batches = MemoryBatches()
    let engine = makeEngine(fixture, batches)
    let running = Task { try await engine.run() }
    var webhook = try makeWebhook(fixture, BatchPolicy(maxEvents: 9, maxWaitSeconds: 60))
    engine.configure(webhook)
    let publisher = Publisher(store: batches, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let requests = (0..<2).map { _ in PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8)) }
    _ = try await publisher.publish(requests)
    _ = await fixture.clock.nextSleep()
    webhook.batch = BatchPolicy(maxEvents: 2, maxWaitSeconds: 60)
    fixture.directory.put(webhook)
    engine.configure(webhook)
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.batch?.members.count == 2)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }
}

/// Tells of each outcome that it is told of.
private final class OutcomeMeter: DeliveryMeter {
  let outcomes: AsyncStream<DeliveryID>
  private let told: AsyncStream<DeliveryID>.Continuation

  init() { (outcomes, told) = AsyncStream.makeStream() }

  func note(_ events: [NewEvent], _ results: [AppendResult]) {}

  func note(created count: Int, for webhook: WebhookID, at now: Timestamp) {}

  func note(_ completed: CompletedDelivery, of delivery: DueDelivery) { told.yield(completed.id) }
}

/// What webhooks collect, in memory.
final class MemoryBatches: BatchStore, EventStore {
  private struct Row {
    var delivery: DueDelivery
    var group = BatchGroup.unsorted
    var due: Timestamp
  }

  /// Deliveries that ended when they were looked at.
  let ended: AsyncStream<CompletedDelivery>
  private let ending: AsyncStream<CompletedDelivery>.Continuation
  private let rows = Mutex<[Row]>([])

  init() { (ended, ending) = AsyncStream.makeStream() }

  func append(_ events: [NewEvent]) async throws(StoreError) -> [AppendResult] {
    rows.withLock { rows in
      for event in events {
        for delivery in event.deliveries where delivery.isBatched {
          let due = DueDelivery(id: delivery.id, webhook: delivery.webhook, event: event.event)
          rows.append(Row(delivery: due, due: event.event.acceptedAt))
        }
      }
    }
    return events.map { _ in .stored }
  }

  func unsorted(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> [DueDelivery] {
    rows.withLock { $0.filter { $0.group == .unsorted && $0.due <= now }.map(\.delivery) }
  }

  func collect(_ deliveries: [CollectedDelivery]) async throws(StoreError) -> Set<DeliveryID> {
    var written: Set<DeliveryID> = []
    for delivery in deliveries {
      rows.withLock { rows in
        switch delivery.outcome {
        case .waits(let group, let due):
          for index in rows.indices where rows[index].delivery.id == delivery.id { (rows[index].group, rows[index].due) = (group, due) }
        case .attempted(let completed):
          rows.removeAll { $0.delivery.id == delivery.id }
          written.insert(delivery.id)
          ending.yield(completed)
        }
      }
    }
    return written
  }

  func outlook(of webhook: WebhookID, in groups: Set<BatchGroup>?, maxEvents: Int) async throws(StoreError) -> BatchOutlook {
    rows.withLock { rows in
      let isFull = rows.count >= maxEvents && groups?.contains(.common) ?? true
      return BatchOutlook(full: isFull ? [.common] : [], nextDue: rows.map(\.due).min())
    }
  }

  func claim(
    _ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int, batches: BatchOrder
  ) async throws(StoreError) -> Claim {
    rows.withLock { rows in
      guard var leader = rows.first?.delivery else { return Claim(deliveries: [], nextDue: nil) }
      let members = rows.map { DeliveryBatch.Member(id: $0.delivery.id, event: $0.delivery.event) }
      leader.batch = DeliveryBatch(id: BatchID(ledBy: leader.id, entropy: batches.entropy()), members: members)
      rows.removeAll()
      return Claim(deliveries: [leader], nextDue: nil)
    }
  }

  func collecting() async throws(StoreError) -> Set<WebhookID> {
    rows.withLock { rows in Set(rows.filter { $0.group != .unsorted }.map(\.delivery.webhook)) }
  }

  func unsort(_ webhook: WebhookID, madeBefore time: Timestamp?, limit: Int) async throws(StoreError) -> Int {
    rows.withLock { rows in
      for index in rows.indices { (rows[index].group, rows[index].due) = (.unsorted, rows[index].delivery.event.acceptedAt) }
      return rows.count
    }
  }
}
