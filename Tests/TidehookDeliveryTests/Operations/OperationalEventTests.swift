import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

/// Keeps what is published and tells each of it; fails as often as it is told to.
private final class MemoryPublisher: EventPublisher {
  let published: AsyncStream<PublishRequest>
  private let yield: AsyncStream<PublishRequest>.Continuation
  private let failures: Mutex<Int>

  init(failures: Int = 0) {
    self.failures = Mutex(failures)
    (published, yield) = AsyncStream.makeStream()
  }

  func publish(_ requests: [PublishRequest]) async throws(StoreError) -> [PublishOutcome] {
    let fails = failures.withLock { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    if fails { throw StoreError(.full, "no space") }
    for request in requests { yield.yield(request) }
    return []
  }
}

/// Keeps what was saved.
private final class MemoryHealths: HealthStore {
  let saved = Mutex<[WebhookID: WebhookHealth]>([:])
  let saves = Mutex(0)

  func healths() async throws(StoreError) -> [WebhookID: WebhookHealth] { saved.withLock { $0 } }

  func save(_ healths: [WebhookID: WebhookHealth]) async throws(StoreError) {
    saved.withLock { $0.merge(healths) { _, new in new } }
    saves.withLock { $0 += 1 }
  }
}

/// What the outcomes of deliveries tell operators, and what they do not.
@Suite struct OperationalEventTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  private let healths = MemoryHealths()

  private struct Watched {
    let fixture: EngineFixture
    let feed: OperationalFeed
    let book: HealthBook
    let engine: DeliveryEngine
  }

  private func watched(_ answers: [Int], standard: AutoDisable? = AutoDisable(afterDays: 1, minFailures: 4)) -> Watched {
    let fixture = EngineFixture(answers: answers.map { .success(ReceivedResponse(status: $0)) })
    let directory = fixture.directory
    let feed = OperationalFeed(time: fixture.clock, logger: logger) { directory.webhook($0) }
    let book = HealthBook(store: healths, standard: standard, time: fixture.clock, logger: logger)
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, watch: WebhookWatch(directory: directory, book: book, feed: feed),
      time: fixture.clock, logger: logger)
    return Watched(fixture: fixture, feed: feed, book: book, engine: engine)
  }

  /// Publishes an event that its webhook is tried with once, and waits until the outcome has been followed.
  private func deliver(_ watched: Watched, in namespace: Namespace = .default) async throws {
    let (fixture, engine) = (watched.fixture, watched.engine)
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), namespace: namespace, data: Array("{}".utf8))])
  }

  /// What was noted so far, once everything under way has ended.
  private func told(_ watched: Watched) async -> [PublishRequest] {
    await watched.engine.drain(within: .seconds(30)) {}
    let publisher = MemoryPublisher()
    let running = Task { await watched.feed.run(publishing: publisher) }
    running.cancel()
    await running.value
    return await publisher.collected()
  }

  @Test func theFirstDeadDeliveryIsToldAtOnceAndTheOthersTogether() async throws {
    let watched = watched([404])
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    for _ in 0..<5 { try await deliver(watched) }
    let events = try await told(watched).map { ($0.type.name, try JSONValue(parsing: $0.data)) }
    #expect(events.map(\.0) == ["delivery.dead", "delivery.dead"])
    #expect(events.map { $0.1["count"] } == [1, 4])
    #expect(events.allSatisfy { $0.1["webhook"]?.stringValue == webhook.id.description && $0.1["name"] == "test" })
  }

  @Test func whatHappensToOperationalEventsMakesNone() async throws {
    let watched = watched([404], standard: AutoDisable(afterDays: 1e-9, minFailures: 1))
    _ = try watched.fixture.makeWebhook {
      $0.retry = RetryPolicy(maxRetries: 0)
      $0.namespace = .operational
    }
    for _ in 0..<5 {
      try await deliver(watched, in: .operational)
      watched.fixture.clock.advance(by: .seconds(60))
    }
    #expect(await told(watched).isEmpty)
  }

  @Test(.timeLimit(.minutes(5))) func aFailingWebhookIsToldTwiceAndThenMadeInactive() async throws {
    let watched = watched([500])
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    var notices = watched.engine.notices.makeAsyncIterator()
    var records = watched.fixture.queue.records.makeAsyncIterator()
    let start = watched.fixture.clock.now()
    for _ in 0..<5 {
      try await deliver(watched)
      _ = await records.next()
      watched.fixture.clock.advance(by: .seconds(8 * 3600))
    }
    let message = "all 5 attempts since \(start.rfc3339) failed"
    let disablement = Disablement(.failing, at: start + .seconds(32 * 3600), message: message)
    #expect(await notices.next() == .disable(webhook.id, revision: 1, disablement))
    let events = await told(watched).filter { $0.type.name != "delivery.dead" }
    #expect(events.map(\.type.name) == ["webhook.failing", "webhook.failing"])
    #expect(try JSONValue(parsing: events[0].data)["progress"] == 0.5)
  }

  @Test(.timeLimit(.minutes(5))) func aWarningComesWhenItsTimeDoesThoughNothingIsAttempted() async throws {
    let watched = watched([500])
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    var records = watched.fixture.queue.records.makeAsyncIterator()
    for _ in 0..<3 {
      try await deliver(watched)
      _ = await records.next()
    }
    await watched.engine.drain(within: .seconds(30)) {}
    let (clock, began) = (watched.fixture.clock, watched.fixture.clock.now())
    let watch = WebhookWatch(directory: watched.fixture.directory, book: watched.book, feed: watched.feed)
    let watching = Task { await watch.run() }
    for hours in [12, 18] {
      let due = began + .seconds(hours * 3600)
      #expect(await clock.nextSleep() == due + .microseconds(1))
      clock.advance(by: .microseconds(due.microseconds + 1 - clock.now().microseconds))
    }
    try await wait { watched.book.health(of: webhook.id).told == .threeQuarters }
    watching.cancel()
    await watching.value
    let warnings = try await told(watched).filter { $0.type.name == "webhook.failing" }.map { try JSONValue(parsing: $0.data) }
    #expect(warnings.map { $0["progress"] } == [0.5, 0.75] && warnings.allSatisfy { $0["failures"] == 3 })
  }

  @Test func aRecoveryIsToldOnceAfterAWarning() async throws {
    let watched = watched([500, 500, 500, 200], standard: AutoDisable(afterDays: 1e-9, minFailures: 6))
    _ = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    var records = watched.fixture.queue.records.makeAsyncIterator()
    for _ in 0..<5 {
      try await deliver(watched)
      _ = await records.next()
      watched.fixture.clock.advance(by: .seconds(1))
    }
    let events = await told(watched).map(\.type.name).filter { $0 != "delivery.dead" }
    #expect(events == ["webhook.failing", "webhook.recovered"])
  }

  @Test func healthIsStoredInBatchesAndNotAgainWhileNothingChanges() async throws {
    let watched = watched([500, 500, 500, 200], standard: AutoDisable(afterDays: 5, minFailures: 100))
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    let saving = Task { await watched.book.run() }
    var records = watched.fixture.queue.records.makeAsyncIterator()
    for _ in 0..<3 {
      try await deliver(watched)
      _ = await records.next()
    }
    await watched.engine.drain(within: .seconds(30)) {}
    saving.cancel()
    await saving.value
    #expect(healths.saved.withLock { $0[webhook.id]?.failures } == 3)
    #expect(healths.saves.withLock { $0 } <= 2)
    let later = HealthBook(store: healths, standard: AutoDisable(), time: watched.fixture.clock, logger: logger)
    try await later.load()
    #expect(later.health(of: webhook.id) == watched.book.health(of: webhook.id))
  }

  @Test func aStopLosesNoFailureOfALongStreak() async throws {
    let watched = watched([500], standard: AutoDisable(afterDays: 5, minFailures: 1000))
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    let saving = Task { await watched.book.run() }
    var records = watched.fixture.queue.records.makeAsyncIterator()
    for _ in 0..<23 {
      try await deliver(watched)
      _ = await records.next()
    }
    await watched.engine.drain(within: .seconds(30)) {}
    saving.cancel()
    await saving.value
    #expect(healths.saved.withLock { $0[webhook.id]?.failures } == 23)
  }

  @Test(.timeLimit(.minutes(5))) func aKillLosesAMinuteOfALongStreakAtMost() async throws {
    let watched = watched([500], standard: AutoDisable(afterDays: 5, minFailures: 1000))
    let webhook = try watched.fixture.makeWebhook { $0.retry = RetryPolicy(maxRetries: 0) }
    let saving = Task { await watched.book.run() }
    var records = watched.fixture.queue.records.makeAsyncIterator()
    for count in 1...24 {
      try await deliver(watched)
      _ = await records.next()
      try await wait { watched.book.health(of: webhook.id).failures >= count }
      if count == 23 { watched.fixture.clock.advance(by: .seconds(60)) }
    }
    try await wait {
      if healths.saved.withLock({ $0[webhook.id]?.failures }) == 24 { return true }
      let next = await watched.fixture.clock.nextSleep()
      watched.fixture.clock.advance(by: .microseconds(max(0, next.microseconds - watched.fixture.clock.now().microseconds)))
      return false
    }
    saving.cancel()
  }

  @Test func eventsThatTheStoreDoesNotTakeArePublishedLater() async throws {
    let clock = TestClock()
    let feed = OperationalFeed(time: clock, logger: logger) { _ in nil }
    let publisher = MemoryPublisher(failures: 1)
    let running = Task { await feed.run(publishing: publisher) }
    feed.note(OperationalEvent("one", [:]))
    #expect(await clock.nextSleep() == clock.now() + .seconds(1))
    feed.note(OperationalEvent("two", [:]))
    var published = publisher.published.makeAsyncIterator()
    clock.advance(by: .seconds(1))
    #expect(await published.next()?.type.name == "one")
    #expect(await published.next()?.type.name == "two")
    running.cancel()
  }

  @Test func whatWaitsIsBounded() async throws {
    let feed = OperationalFeed(time: TestClock(), logger: logger) { _ in nil }
    for number in 0..<1500 { feed.note(OperationalEvent("n", ["n": .integer(Int64(number))])) }
    let publisher = MemoryPublisher()
    let running = Task { await feed.run(publishing: publisher) }
    running.cancel()
    await running.value
    #expect(await publisher.collected().count == 1000)
  }
}

extension MemoryPublisher {
  /// What was published, once nothing more comes.
  fileprivate func collected() async -> [PublishRequest] {
    yield.finish()
    var all: [PublishRequest] = []
    for await request in published { all.append(request) }
    return all
  }
}
