import Logging
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

/// A store of webhooks in memory that tells each move of deliveries, and moves a full batch as often as it is told to.
private final class MemoryWebhookStore: WebhookStore {
  struct Move: Equatable {
    let states: [DeliveryState]
    let state: DeliveryState
  }

  let moves: AsyncStream<Move>
  private let moved: AsyncStream<Move>.Continuation
  /// Whose former secrets were forgotten.
  let forgettings: AsyncStream<WebhookID>
  private let forgotten: AsyncStream<WebhookID>.Continuation
  private let stored = Mutex<[WebhookID: Webhook]>([:])
  private let makers = Mutex<[String]>([])
  private let skips = Mutex<[Int64]>([])
  private let fullBatches: Mutex<Int>
  private let failures: Mutex<[StoreError]>
  private let leftBehind: [WebhookID]
  /// How many deliveries each skip moves.
  private let skipSize: Int

  init(
    _ webhooks: [Webhook] = [], fullBatches: Int = 0, failures: [StoreError] = [], leftBehind: [WebhookID] = [], skipSize: Int = 0
  ) {
    self.skipSize = skipSize
    (moves, moved) = AsyncStream.makeStream()
    (forgettings, forgotten) = AsyncStream.makeStream()
    self.fullBatches = Mutex(fullBatches)
    self.failures = Mutex(failures)
    self.leftBehind = leftBehind
    stored.withLock { stored in for webhook in webhooks { stored[webhook.id] = webhook } }
  }

  /// Below which keys held deliveries were skipped, in order.
  var skipped: [Int64] { skips.withLock { $0 } }

  /// Who made each change, in order.
  var changedBy: [String] { makers.withLock { $0 } }

  func insert(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    stored.withLock { $0[webhook.id] = webhook }
    makers.withLock { $0.append(maker) }
  }

  func update(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    let isNext = stored.withLock { stored in
      guard let known = stored[webhook.id], webhook.revision == known.revision + 1 else { return false }
      stored[webhook.id] = webhook
      return true
    }
    if !isNext { throw StoreError(.stale, "another change came first") }
    makers.withLock { $0.append(maker) }
  }

  func forgetExpiredKeys(of id: WebhookID, at now: Timestamp) async throws(StoreError) {
    stored.withLock { $0[id]?.keys.forgetExpired(at: now) }
    forgotten.yield(id)
  }

  func delete(_ id: WebhookID) async throws(StoreError) { stored.withLock { $0[id] = nil } }

  func webhooks() async throws(StoreError) -> [Webhook] { stored.withLock { Array($0.values) } }

  func unsettledDeletions() async throws(StoreError) -> [WebhookID] { leftBehind }

  func skipHeld(of id: WebhookID, below key: Int64, reason: String, at now: Timestamp, limit: Int) async throws(StoreError) -> Int {
    skips.withLock { $0.append(key) }
    return skipSize
  }

  func moveDeliveries(
    of id: WebhookID, from states: [DeliveryState], to state: DeliveryState, reason: String?, at now: Timestamp, limit: Int
  ) async throws(StoreError) -> Int {
    if let failure = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw failure }
    moved.yield(Move(states: states, state: state))
    return fullBatches.withLock { left in
      guard left > 0 else { return 0 }
      left -= 1
      return limit
    }
  }
}

@Suite struct RegistrarTests {
  private static let hold = MemoryWebhookStore.Move(states: [.pending, .retrying], state: .held)
  private static let resume = MemoryWebhookStore.Move(states: [.held], state: .pending)
  private static let cancel = MemoryWebhookStore.Move(states: [.pending, .retrying, .held], state: .cancelled)

  private func makeRegistrar(
    _ fixture: EngineFixture, _ store: MemoryWebhookStore, logs: any LogHandler = SwiftLogNoOpLogHandler()
  ) -> (registrar: Registrar, engine: DeliveryEngine) {
    let logger = Logger(label: "test") { _ in logs }
    let engine = DeliveryEngine(queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: logger)
    let registrar = Registrar(store: store, directory: fixture.directory, engine: engine, time: fixture.clock, logger: logger)
    return (registrar, engine)
  }

  /// The webhook's next revision, active or not.
  private func revise(_ webhook: Webhook, isActive: Bool) -> Webhook {
    var next = webhook
    next.isActive = isActive
    next.revision += 1
    return next
  }

  @Test func pausingHoldsWhatIsOpenUntilNothingIsLeft() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook], fullBatches: 2)
    let (registrar, _) = makeRegistrar(fixture, store)
    let running = Task { await registrar.run() }
    try await registrar.replace(revise(webhook, isActive: false), by: WebhookRevision.admin)
    var moves = store.moves.makeAsyncIterator()
    for _ in 0..<3 { #expect(await moves.next() == Self.hold) }
    running.cancel()
  }

  @Test func aResumeEndsThePauseThatIsStillMoving() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook], fullBatches: 1_000_000)
    let (registrar, _) = makeRegistrar(fixture, store)
    let paused = revise(webhook, isActive: false)
    try await registrar.replace(paused, by: WebhookRevision.admin)
    let running = Task { await registrar.run() }
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.hold)
    try await registrar.replace(revise(paused, isActive: true), by: WebhookRevision.admin)
    var move = await moves.next()
    while move == Self.hold { move = await moves.next() }
    #expect(move == Self.resume)
    running.cancel()
  }

  @Test func aResumeThatSkipsDoesSoBeforeAnythingIsDelivered() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook { $0.isActive = false }
    let store = MemoryWebhookStore([webhook])
    let (registrar, _) = makeRegistrar(fixture, store)
    let running = Task { await registrar.run() }
    var resumed = revise(webhook, isActive: true)
    resumed.skipsHeldBelow = 77
    try await registrar.replace(resumed, by: WebhookRevision.admin)
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.resume)
    #expect(store.skipped == [77])
    running.cancel()
  }

  @Test(arguments: [1, 2000])
  func aSkipThatGaveSomethingItsTurnHasItClaimed(skipSize: Int) async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook { $0.isActive = false }
    let (registrar, engine) = makeRegistrar(fixture, MemoryWebhookStore([webhook], skipSize: skipSize))
    let running = Task { await registrar.run() }
    let claiming = Task { try await engine.run() }
    let delivery = fixture.makeDelivery(for: webhook.id)
    fixture.queue.add(delivery, due: fixture.clock.now())
    var resumed = revise(webhook, isActive: true)
    resumed.skipsHeldBelow = 77
    try await registrar.replace(resumed, by: WebhookRevision.admin)
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.id == delivery.id)
    running.cancel()
    claiming.cancel()
  }

  @Test func deletingCancelsAlsoWhatIsHeld() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook])
    let (registrar, _) = makeRegistrar(fixture, store)
    let running = Task { await registrar.run() }
    try await registrar.remove(webhook.id)
    #expect(registrar.webhook(webhook.id) == nil)
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.cancel)
    running.cancel()
  }

  @Test func deletionsThatAStopInterruptedAreFinishedAtTheNextStart() async throws {
    let fixture = EngineFixture()
    let store = MemoryWebhookStore(leftBehind: [WebhookID(fixture.ids.next())])
    let (registrar, _) = makeRegistrar(fixture, store)
    try await registrar.load()
    let running = Task { await registrar.run() }
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.cancel)
    running.cancel()
  }

  @Test func aMoveThatFailsIsMadeAgain() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook], failures: [StoreError](repeating: StoreError(.full, "no space"), count: 3))
    let log = RecordedLog()
    let (registrar, engine) = makeRegistrar(fixture, store, logs: log)
    let running = Task { await registrar.run() }
    try await registrar.replace(revise(webhook, isActive: false), by: WebhookRevision.admin)
    for _ in 0..<3 {
      #expect(await fixture.clock.nextSleep() == fixture.clock.now() + .seconds(1))
      // The store is not asked about a webhook that is gone, so that nothing is said of it.
      engine.notify(.expired(WebhookID(fixture.ids.next())))
      fixture.clock.advance(by: .seconds(1))
    }
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.hold)
    var lines = log.stream.makeAsyncIterator()
    #expect(await lines.next()?.metadata?["webhook.id"] == "\(webhook.id)")
    #expect(await lines.next() != nil)
    #expect(log.lines == ["error: webhook not settled", "notice: the store answers again"])
    running.cancel()
  }

  @Test func changesOnTheSameRevisionAreStale() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let (registrar, _) = makeRegistrar(fixture, MemoryWebhookStore([webhook]))
    try await registrar.replace(revise(webhook, isActive: false), by: WebhookRevision.admin)
    await #expect(throws: StoreError.self) { try await registrar.replace(revise(webhook, isActive: true), by: WebhookRevision.admin) }
    #expect(registrar.webhook(webhook.id)?.isActive == false)
  }

  @Test func aChangeKeepsTheNameOfItsMaker() async throws {
    let fixture = EngineFixture()
    let store = MemoryWebhookStore()
    let (registrar, _) = makeRegistrar(fixture, store)
    let webhook = try fixture.makeWebhook()
    try await registrar.add(webhook, by: "one")
    try await registrar.replace(revise(webhook, isActive: false), by: "two")
    #expect(store.changedBy == ["one", "two"])
  }

  /// A webhook whose former secret ends so much later.
  private func rotated(_ webhook: Webhook, _ fixture: EngineFixture, endingIn overlap: Int64) -> Webhook {
    var next = revise(webhook, isActive: true)
    next.replaceSecret(by: Secret("new"), overlapSeconds: overlap, at: fixture.clock.now())
    return next
  }

  @Test func aFormerSecretIsForgottenWhenItsTimeIsOver() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook])
    let (registrar, _) = makeRegistrar(fixture, store)
    let running = Task { await registrar.run() }
    try await registrar.replace(rotated(webhook, fixture, endingIn: 60), by: WebhookRevision.admin)
    #expect(await fixture.clock.nextSleep() == fixture.clock.now() + .seconds(60))
    #expect(registrar.webhook(webhook.id)?.keys.previousSecret?.value == Secret("secret"))
    fixture.clock.advance(by: .seconds(60))
    var forgettings = store.forgettings.makeAsyncIterator()
    #expect(await forgettings.next() == webhook.id)
    #expect(try await store.webhooks().first?.keys == SigningKeys())
    // The next change comes after the forgetting has ended.
    try await registrar.replace(revise(registrar.webhook(webhook.id) ?? webhook, isActive: false), by: WebhookRevision.admin)
    #expect(registrar.webhook(webhook.id)?.keys == SigningKeys())
    running.cancel()
  }

  @Test func whatEndedWhileTheProcessStoodStillIsForgottenAtItsStart() async throws {
    let fixture = EngineFixture()
    let webhook = rotated(try fixture.makeWebhook(), fixture, endingIn: 60)
    let store = MemoryWebhookStore([webhook])
    fixture.clock.advance(by: .seconds(3600))
    let (registrar, _) = makeRegistrar(fixture, store)
    try await registrar.load()
    let running = Task { await registrar.run() }
    var forgettings = store.forgettings.makeAsyncIterator()
    #expect(await forgettings.next() == webhook.id)
    running.cancel()
  }

  @Test func aChangeBringsBackNoSecretThatEnded() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook])
    let (registrar, _) = makeRegistrar(fixture, store)
    let late = rotated(webhook, fixture, endingIn: 60)
    fixture.clock.advance(by: .seconds(60))
    try await registrar.replace(late, by: WebhookRevision.admin)
    #expect(try await store.webhooks().first?.keys == SigningKeys())
    #expect(registrar.webhook(webhook.id)?.keys == SigningKeys())
  }

  @Test func aGoneReceiverMakesItsWebhookInactive() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 410))])
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook])
    let (registrar, engine) = makeRegistrar(fixture, store)
    let running = Task { await registrar.run() }
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    var moves = store.moves.makeAsyncIterator()
    #expect(await moves.next() == Self.hold)
    #expect(registrar.webhook(webhook.id)?.isActive == false)
    #expect(registrar.webhook(webhook.id)?.revision == 2)
    #expect(store.changedBy == [WebhookRevision.receiver])
    running.cancel()
  }

  @Test func aWebhookChangedAfterTheAnswerStaysActive() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 410))])
    let webhook = try fixture.makeWebhook()
    let store = MemoryWebhookStore([webhook])
    let (registrar, engine) = makeRegistrar(fixture, store)
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    var records = fixture.queue.records.makeAsyncIterator()
    #expect(await records.next()?.transition.disablesWebhook == true)
    try await registrar.replace(revise(webhook, isActive: true), by: WebhookRevision.admin)
    await engine.drain(within: .seconds(30)) {}
    await registrar.run()
    #expect(registrar.webhook(webhook.id)?.isActive == true)
    #expect(store.changedBy == [WebhookRevision.admin])
  }
}
