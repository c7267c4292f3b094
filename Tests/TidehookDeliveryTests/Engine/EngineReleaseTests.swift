// What an engine gives back to the store, when a lane is to take nothing and when the process ends.

import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct EngineReleaseTests {
  private func makeEngine(_ fixture: EngineFixture) -> DeliveryEngine {
    DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test(.timeLimit(.minutes(1)), arguments: [true, false])
  func oneWriteGivesBackAThousandAtMost(byDraining: Bool) async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    var webhook = try fixture.makeWebhook { $0.rateLimit = RateLimit(count: 1, perSeconds: 3600) }
    engine.configure(webhook)
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let request = PublishRequest(type: EventType(stored: "memory.created"), data: Array("{}".utf8))
    _ = try await publisher.publish(Array(repeating: request, count: 2501))
    var records = fixture.queue.records.makeAsyncIterator()
    _ = await records.next()
    if byDraining {
      await engine.drain(within: .seconds(30)) {}
      #expect(fixture.queue.releaseSizes == [1000, 1000, 500])
    } else {
      webhook.isActive = false
      engine.configure(webhook)
    }
    var releases = fixture.queue.releases.makeAsyncIterator()
    var released: Set<DeliveryID> = []
    while released.count < 2500, let next = await releases.next() { released.insert(next) }
    #expect(fixture.queue.releaseSizes == [1000, 1000, 500])
  }

  /// What is claimed while a part of a batch is not released yet would go without that part, under the batch's id.
  @Test(.timeLimit(.minutes(1))) func aBatchIsGivenBackWhole() async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    var webhook = try fixture.makeWebhook {
      $0.rateLimit = RateLimit(count: 1, perSeconds: 3600)
      $0.batch = BatchPolicy(maxEvents: 300, maxWaitSeconds: 60)
    }
    engine.configure(webhook)
    for _ in 0..<5 { fixture.queue.add(makeBatch(of: 300, for: webhook.id, fixture), due: fixture.clock.now()) }
    let running = Task { try await engine.run() }
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.batch?.members.count == 300)
    webhook.isActive = false
    engine.configure(webhook)
    var notices = engine.notices.makeAsyncIterator()
    #expect(await notices.next() == .unsettled(webhook.id))
    #expect(fixture.queue.releaseSizes == [900, 300])
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  private func makeBatch(of count: Int, for webhook: WebhookID, _ fixture: EngineFixture) -> DueDelivery {
    let deliveries = (0..<count).map { _ in fixture.makeDelivery(for: webhook) }
    var leader = deliveries[0]
    let members = deliveries.map { DeliveryBatch.Member(id: $0.id, event: $0.event) }
    leader.batch = DeliveryBatch(id: BatchID(ledBy: leader.id, entropy: 1), members: members)
    return leader
  }

  @Test(.timeLimit(.minutes(1))) func aStoreThatTakesNothingBackEndsNoLaterThanWhatIsUnderWay() async throws {
    let fixture = EngineFixture(queue: MemoryQueue(holdsReleases: true))
    let engine = makeEngine(fixture)
    let webhook = try fixture.makeWebhook { $0.rateLimit = RateLimit(count: 1, perSeconds: 3600) }
    engine.configure(webhook)
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let request = PublishRequest(type: EventType(stored: "memory.created"), data: Array("{}".utf8))
    _ = try await publisher.publish([request, request])
    var records = fixture.queue.records.makeAsyncIterator()
    _ = await records.next()
    let began = fixture.clock.now()
    let isCancelled = Mutex(false)
    let draining = Task { await engine.drain(within: .seconds(30)) { isCancelled.withLock { $0 = true } } }
    #expect(await fixture.clock.nextSleep() == began + .seconds(30))
    #expect(!isCancelled.withLock { $0 })
    fixture.clock.advance(by: .seconds(30))
    // The grace in which what was cancelled is written.
    #expect(await fixture.clock.nextSleep() == began + .seconds(32))
    #expect(isCancelled.withLock { $0 })
    fixture.clock.advance(by: .seconds(2))
    await draining.value
    fixture.queue.letGo()
  }
}
