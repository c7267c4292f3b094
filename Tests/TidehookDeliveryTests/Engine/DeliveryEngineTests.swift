import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct DeliveryEngineTests {
  func makeEngine(_ fixture: EngineFixture) -> DeliveryEngine {
    DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func makePublisher(_ fixture: EngineFixture, _ engine: DeliveryEngine) -> Publisher {
    Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
  }

  func publish(_ publisher: Publisher, namespace: Namespace = .default) async throws -> PublishOutcome {
    let request = PublishRequest(
      type: EventType(stored: "memory.created"), namespace: namespace, timestamp: "2026-04-13T10:30:00Z", data: Array(#"{"a":1}"#.utf8))
    return try await publisher.publish([request])[0]
  }

  @Test func aPublishedEventIsSentToEachWebhookThatWantsIt() async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    _ = try fixture.makeWebhook()
    _ = try fixture.makeWebhook { $0.events = [.exactly(EventType(stored: "other"))] }
    let outcome = try await publish(makePublisher(fixture, engine))
    #expect(outcome.deliveries == 1)
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.transition.state == .delivered)
    var requests = fixture.client.requests.makeAsyncIterator()
    let request = try #require(await requests.next())
    let body = #"{"id":"\#(outcome.id)","event":"memory.created","timestamp":"2026-04-13T10:30:00Z","data":{"a":1}}"#
    #expect(String(decoding: request.body, as: UTF8.self) == body)
  }

  @Test func whatIsSampledOutMakesNoDelivery() async throws {
    let fixture = EngineFixture()
    let publisher = makePublisher(fixture, makeEngine(fixture))
    for rate in [0.25, 0.5, nil] { _ = try fixture.makeWebhook { $0.sample = rate } }
    // Their points are 0.29, 0.57 and 0.93.
    for (id, count) in [("order-1", 2), ("evt_abc123", 1), ("evt_1", 1)] {
      let request = PublishRequest(id: EventID(id), type: EventType(stored: "memory.recalled"), data: Array("{}".utf8))
      #expect(try await publisher.publish([request])[0].deliveries == count)
    }
  }

  @Test func whatIsAboveTheRateIsSentWhenItsTimeComes() async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    let running = Task { try await engine.run() }
    let webhook = try fixture.makeWebhook { $0.rateLimit = RateLimit(count: 1, perSeconds: 10) }
    engine.configure(webhook)
    let publisher = makePublisher(fixture, engine)
    for _ in 0..<3 { _ = try await publish(publisher) }
    var records = fixture.queue.records.makeAsyncIterator()
    let began = fixture.clock.now()
    for second in [0, 10, 20] {
      let record = try #require(await records.next())
      #expect(record.attempt?.startedAt == began + .seconds(second))
      guard second < 20 else { break }
      #expect(await fixture.clock.nextSleep() == began + .seconds(second + 10))
      fixture.clock.advance(by: .seconds(10))
    }
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test(arguments: [true, false])
  func whatWaitsInMemoryIsGivenBackWhenTheWebhookIsPausedOrDeleted(isDeleted: Bool) async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    var webhook = try fixture.makeWebhook { $0.rateLimit = RateLimit(count: 1, perSeconds: 3600) }
    engine.configure(webhook)
    let publisher = makePublisher(fixture, engine)
    for _ in 0..<3 { _ = try await publish(publisher) }
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next() != nil)
    if isDeleted {
      fixture.directory.remove(webhook.id)
      engine.retire(webhook.id)
    } else {
      webhook.isActive = false
      webhook.revision += 1
      fixture.directory.put(webhook)
      engine.configure(webhook)
    }
    var releases = fixture.queue.releases.makeAsyncIterator()
    for _ in 0..<2 { #expect(await releases.next() != nil) }
    var notices = engine.notices.makeAsyncIterator()
    #expect(await notices.next() == .unsettled(webhook.id))
  }

  @Test func aReplayWakesWhatComesAfterItInAFormerOrder() async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    let running = Task { try await engine.run() }
    let webhook = try fixture.makeWebhook()
    let delivery = fixture.makeDelivery(for: webhook.id)
    fixture.queue.add(delivery, due: fixture.clock.now())
    engine.noteReplays(webhook.id, due: fixture.clock.now())
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.id == delivery.id)
    running.cancel()
  }

  @Test func webhooksWithoutANamespaceDoNotGetOperationalEvents() async throws {
    let fixture = EngineFixture()
    let engine = makeEngine(fixture)
    _ = try fixture.makeWebhook()
    #expect(try await publish(makePublisher(fixture, engine), namespace: .operational).deliveries == 0)
  }

  @Test func retriesComeWhenTheyAreDueAndKeepTheMessageID() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 500)), .success(ReceivedResponse(status: 200))])
    let engine = makeEngine(fixture)
    let running = Task { try await engine.run() }
    _ = try fixture.makeWebhook()
    _ = try await publish(makePublisher(fixture, engine))
    var records = fixture.queue.records.makeAsyncIterator()
    let first = try #require(await records.next())
    #expect(first.transition.state == .retrying)
    let due = await fixture.clock.nextSleep()
    #expect(due == fixture.clock.now() + .seconds(5))
    fixture.clock.advance(by: .seconds(5))
    let second = try #require(await records.next())
    #expect(second.transition.state == .delivered)
    #expect(second.attempt?.trigger == .retry)
    #expect(second.attempt?.number == 2)
    var requests = fixture.client.requests.makeAsyncIterator()
    let sent = try [#require(await requests.next()), #require(await requests.next())]
    #expect(sent[0].headers.first { $0.name == "webhook-id" } == sent[1].headers.first { $0.name == "webhook-id" })
    #expect(sent[0].headers.first { $0.name == "webhook-timestamp" } != sent[1].headers.first { $0.name == "webhook-timestamp" })
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test func whatAnEarlierRunLeftIsClaimedAtTheStart() async throws {
    let ids = IDGenerator(time: TestClock(), random: FixedRandom())
    let webhook = WebhookID(ids.next())
    let key = ids.next()
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: TestClock().now(),
      acceptedAt: TestClock().now(), payload: [])
    let left = DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event)
    let fixture = EngineFixture(queue: MemoryQueue(waiting: [(TestClock().now(), left)]))
    _ = try fixture.makeWebhook { $0.id = webhook }
    let engine = makeEngine(fixture)
    let running = Task { try await engine.run() }
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.id == left.id)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }

  @Test func goneReceiversAreReported() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 410))])
    let engine = makeEngine(fixture)
    let webhook = try fixture.makeWebhook()
    _ = try await publish(makePublisher(fixture, engine))
    var notices = engine.notices.makeAsyncIterator()
    let disablement = Disablement(.receiver, at: fixture.clock.now(), message: "the receiver answered 410 gone")
    #expect(await notices.next() == .disable(webhook.id, revision: webhook.revision, disablement))
  }
}
