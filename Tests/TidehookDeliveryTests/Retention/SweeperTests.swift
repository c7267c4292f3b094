import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct SweeperTests {
  private let clock = TestClock()
  private let store: MemoryRetention
  private let told = ToldEvents()

  init() { store = MemoryRetention(now: clock.now()) }

  /// Runs a sweeper until its first look is over: it then sleeps for longer than between two steps.
  private func sweep(_ policy: RetentionPolicy) async throws {
    let task = run(policy, on: store)
    while true {
      let wait = await clock.nextSleep().microseconds - clock.now().microseconds
      if wait > 100_000 { break }
      clock.advance(by: .microseconds(wait))
    }
    task.cancel()
    await task.value
  }

  private func run(_ policy: RetentionPolicy, on store: any RetentionStore) -> Task<Void, Never> {
    let sweeper = Sweeper(
      store: store, policy: policy, operations: told, time: clock,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    return Task { await sweeper.run() }
  }

  private func policy(_ text: String, maxBytes: Int64? = nil) throws -> RetentionPolicy {
    var policy = try RetentionPolicy(RetentionSetting.list(text))
    policy.maxDatabaseBytes = maxBytes
    return policy
  }

  @Test func whatIsOldGoesAndTheRestStays() async throws {
    store.add(250, "a", .delivered, days: 31)
    store.add(120, "a", .delivered, days: 29)
    store.add(10, "a", .pending, days: 99)
    store.add(10, "b", .delivered, days: 31)
    try await sweep(policy("b/delivered=40"))
    #expect(store.counts == ["a": 130, "b": 10])
  }

  @Test func whatIsKeptForEverIsNotEvenRead() async throws {
    store.add(10, "a", .delivered, days: 99)
    try await sweep(policy("delivered=0,filtered=0,dead=0,cancelled=0,held=0,events=0"))
    #expect(store.counts == ["a": 10] && store.reads == 0)
  }

  @Test func whatIsHeldForTooLongIsCancelledFirst() async throws {
    store.add(5, "a", .held, days: 91)
    try await sweep(policy(""))
    #expect(store.counts == ["a": 5] && store.states == [.cancelled])
  }

  @Test func noStepIsLargeAndEachIsFollowedByAPause() async throws {
    store.add(1000, "a", .delivered, days: 31)
    let began = clock.now()
    try await sweep(policy(""))
    #expect(store.counts.isEmpty)
    #expect(store.largestStep <= 100)
    let waited = clock.now().microseconds - began.microseconds
    #expect(waited >= 25_000 * Int64(store.steps), "\(store.steps) steps in \(waited) µs")
  }

  @Test(arguments: [1, 30, 90, 300]) func agesKeepUpWithAFloodThatNeverPauses(perTransaction count: Int64) async throws {
    // Kept for 8.6 s, looked at each second: two seconds of lateness are in time.
    let limit = try policy("delivered=0.0001")
    let flood = FloodedRetention(perTransaction: count, clock)
    let began = clock.now()
    let task = run(limit, on: flood)
    while clock.now().microseconds - began.microseconds < 120_000_000 {
      let wait = await clock.nextSleep().microseconds - clock.now().microseconds
      clock.advance(by: .microseconds(max(0, wait)))
    }
    let age = clock.now().microseconds - flood.oldest.microseconds
    task.cancel()
    await task.value
    #expect(age < 20_000_000, "the oldest is \(age) µs old after \(flood.steps) steps")
    #expect(flood.largestStep <= 1066)
  }

  @Test func writesThatWaitGoFirst() async throws {
    store.add(10, "a", .delivered, days: 31)
    store.wait(for: 7)
    let began = clock.now()
    try await sweep(policy(""))
    #expect(clock.now().microseconds - began.microseconds >= 8 * 25_000)
  }

  @Test func aboveItsSizeWritesThatWaitDoNotHoldItUp() async throws {
    store.add(500, "a", .delivered, days: 1)
    store.wait(for: .max)
    let began = clock.now()
    try await sweep(policy("", maxBytes: 250 * 4096))
    #expect(store.counts == ["a": 250])
    let steps = Int64(store.steps)
    let waited = clock.now().microseconds - began.microseconds
    #expect(waited <= steps * 50_000, "\(steps) steps in \(waited) µs")
  }

  /// A turn is 50 looks, in each of which 50 events are removed and two pauses made at the slowest level, one at the next.
  @Test(arguments: [(2000, 40 * 2), (5000, 50 * 2 + 50)])
  func aFileThatDoesNotShrinkMakesItFasterOnceInATurn(events: Int, pauses: Int64) async throws {
    store.add(events, "a", .delivered, days: 1)
    store.wait(for: .max)
    store.keepGrowing()
    let began = clock.now()
    try await sweep(policy("", maxBytes: 4096))
    #expect(store.counts.isEmpty)
    #expect(clock.now().microseconds - began.microseconds == pauses * 25_000)
  }

  @Test func theSizeHasItsTurnWhileAgesAreFarBehind() async throws {
    store.add(100, "b", .delivered, days: 1)
    // Sixty looks by age, of which each finds that nothing may go.
    store.add(6000, "a", .pending, days: 99)
    try await sweep(policy("", maxBytes: 6050 * 4096))
    #expect(store.counts == ["a": 6000, "b": 50])
    #expect(store.readsAtRemoval == 51)
  }

  @Test func aboveItsSizeTheOldestFinishedEventsGo() async throws {
    store.add(100, "a", .pending, days: 3)
    store.add(300, "a", .delivered, days: 2)
    store.add(300, "a", .delivered, days: 1)
    // An event takes a page of 4096 bytes.
    try await sweep(policy("", maxBytes: 400 * 4096))
    #expect(store.counts == ["a": 400] && told.types.isEmpty)
    #expect(store.ages == [3: 100, 1: 300], "the oldest that were finished")
  }

  @Test func whatIsOpenIsKeptAboveTheSizeTooAndIsTold() async throws {
    store.add(100, "a", .pending, days: 3)
    store.add(50, "a", .held, days: 3)
    store.add(50, "a", .delivered, days: 1)
    try await sweep(policy("", maxBytes: 4096))
    #expect(store.counts == ["a": 150])
    #expect(told.types == ["store.over_limit"])
  }

  @Test func roomIsGivenBackInSmallSteps() async throws {
    store.add(1000, "a", .delivered, days: 31)
    try await sweep(policy(""))
    #expect(store.shrinks.count > 5 && store.shrinks.allSatisfy { $0 <= 50 }, "\(store.shrinks)")
    #expect(try #require(try await store.space()).freePages <= 256)
  }
}

/// Keeps what was told.
private final class ToldEvents: OperationalEvents {
  private let events = Mutex<[OperationalEvent]>([])
  var types: [String] { events.withLock { $0.map(\.type.name) } }
  func note(_ event: OperationalEvent) { events.withLock { $0.append(event) } }
}

/// A store of events that take a page each.
private final class MemoryRetention: RetentionStore {
  private struct Entry {
    var event: StoredEvent
    var namespace: String
    var days: Int
  }
  private struct State {
    var entries: [Entry] = []
    var pages: Int64 = 0
    var free: Int64 = 0
    var shrinks: [Int] = []
    var reads = 0
    /// How often events had been looked for when the first was removed.
    var readsAtRemoval: Int?
    var steps = 0
    var largestStep = 0
    var waiting = 0
    var grows = false
  }

  private let state = Mutex(State())
  private let now: Timestamp

  init(now: Timestamp) { self.now = now }

  func add(_ count: Int, _ namespace: String, _ delivery: DeliveryState, days: Int) {
    state.withLock { state in
      for _ in 0..<count {
        let key = Int64(state.entries.count + 1)
        // One each second, so that whoever removes the oldest comes forward.
        let time = now + .seconds(-days * 86_400 + state.entries.count)
        let row = StoredEvent.Delivery(key: key, state: delivery, updatedAt: time)
        state.entries.append(Entry(event: StoredEvent(key: key, acceptedAt: time, deliveries: [row]), namespace: namespace, days: days))
        state.pages += 1
      }
    }
  }

  func wait(for turns: Int) { state.withLock { $0.waiting = turns } }

  /// From now on what is removed leaves no free page behind, and each step takes one more.
  func keepGrowing() { state.withLock { $0.grows = true } }

  var counts: [String: Int] { state.withLock { Dictionary(grouping: $0.entries, by: \.namespace).mapValues(\.count) } }
  var ages: [Int: Int] { state.withLock { Dictionary(grouping: $0.entries, by: \.days).mapValues(\.count) } }
  var states: Set<DeliveryState> { state.withLock { Set($0.entries.flatMap { $0.event.deliveries.map(\.state) }) } }
  var shrinks: [Int] { state.withLock { $0.shrinks } }
  var reads: Int { state.withLock { $0.reads } }
  var readsAtRemoval: Int? { state.withLock { $0.readsAtRemoval } }
  var steps: Int { state.withLock { $0.steps } }
  var largestStep: Int { state.withLock { $0.largestStep } }

  func namespace(after namespace: Namespace?) async throws(StoreError) -> Namespace? {
    state.withLock { state in
      state.entries.map(\.namespace).filter { $0 > namespace?.name ?? "" }.min().map(Namespace.init(stored:))
    }
  }

  func oldestEvents(
    in namespace: Namespace?, after key: Int64, accepted: Timestamp?, limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    state.withLock { state in
      state.reads += 1
      let found = state.entries.filter { entry in
        entry.event.key > key && (namespace.map { $0.name == entry.namespace } ?? true)
          && (accepted.map { entry.event.acceptedAt <= $0 } ?? true)
      }
      return found.prefix(limit).map(\.event)
    }
  }

  func settle(
    _ events: [StoredEvent], at now: Timestamp, rows: Int, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws(StoreError) -> (removed: RemovedContent, settled: Int) {
    state.withLock { state in
      var removed = RemovedContent()
      // As a real store, it does not do all at once.
      let some = events.prefix(60)
      for event in some {
        guard let index = state.entries.firstIndex(where: { $0.event.key == event.key }) else { continue }
        switch verdict(event) {
        case .keep: break
        case .remove:
          state.entries.remove(at: index)
          state.readsAtRemoval = state.readsAtRemoval ?? state.reads
          if !state.grows { state.free += 1 }
          removed.events += 1
        case .expire:
          state.entries[index].event.deliveries[0].state = .cancelled
          removed.expired += 1
        }
      }
      state.steps += 1
      if state.grows { state.pages += 1 }
      state.largestStep = max(state.largestStep, some.count)
      return (removed, some.count)
    }
  }

  func removeReceipts(before time: Timestamp, limit: Int) async throws(StoreError) -> RemovedContent { RemovedContent() }

  func space() async throws(StoreError) -> StoreSpace? {
    state.withLock { StoreSpace(pageBytes: 4096, pages: $0.pages, freePages: $0.free) }
  }

  func shrink(pages: Int) async throws(StoreError) {
    state.withLock { state in
      state.shrinks.append(pages)
      state.free -= Int64(pages)
      state.pages -= Int64(pages)
    }
  }

  var waitingWrites: Int {
    state.withLock { state in
      defer { state.waiting = max(0, state.waiting - 1) }
      return state.waiting
    }
  }
}
