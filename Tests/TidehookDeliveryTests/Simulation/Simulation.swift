import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

/// A gateway in virtual time: the real schedule, the real rules of retries and the real store, between receivers that behave at random.
///
/// It does what the engine and the registrar do, one thing after another, so that a seed says all that happens.
struct Simulation {
  /// Something that happens at a time of its own.
  enum Happening {
    case publish, flood, turn(WebhookID), toggle(WebhookID), replay, restart, delete(WebhookID)
    /// Every receiver is up and every webhook active from now on.
    case peace
    case ended(DueDelivery, DeliveryInput?)
  }

  static let weeks = 3
  /// Tight, so that what is scarce is met.
  static let limits = LaneLimits(held: 80, heldPerLane: 32, inFlight: 12, bytes: 1 << 20)

  let dice: Dice
  let clock = TestClock()
  let ids: IDGenerator
  let folder: SimulationFolder
  var webhooks: [WebhookID: Webhook] = [:]
  var receivers: [WebhookID: SimulatedReceiver] = [:]
  var ledger = Ledger()
  var store: SQLStore
  var schedule = Schedule(limits: limits)
  private var agenda: [(at: Timestamp, what: Happening)] = []
  var attempts = 0

  var now: Timestamp { clock.now() }

  init(seed: UInt64) throws {
    dice = Dice(seed: seed)
    ids = IDGenerator(time: clock, random: dice)
    folder = SimulationFolder(seed: seed)
    store = try folder.open(clock, ids)
  }

  mutating func add(_ happening: Happening, at time: Timestamp) {
    let index = agenda.firstIndex { $0.at > time } ?? agenda.endIndex
    agenda.insert((time, happening), at: index)
  }

  /// Lets everything happen that is on the agenda, and what follows from it.
  mutating func run() async throws {
    try await settleDown()
    while let next = [agenda.first?.at, schedule.nextWake(now: now)].compactMap(\.self).min() {
      clock.advance(by: .microseconds(next.microseconds - now.microseconds))
      while let first = agenda.first, first.at <= now {
        agenda.removeFirst()
        try await perform(first.what)
      }
      try await settleDown()
    }
    guard schedule.isEmpty else { throw Violation("memory is still taken") }
    try await store.close()
  }

  private mutating func perform(_ happening: Happening) async throws {
    switch happening {
    case .publish: try await publish(dice.number(in: 1...5))
    case .flood: try await publish(dice.number(in: 20...40))
    case .turn(let id): receivers[id] = dice.pick(SimulatedReceiver.allCases)
    case .toggle(let id): try await setActive(id, !(webhooks[id]?.isActive ?? false))
    case .replay: try await replay()
    case .restart: try await restart()
    case .delete(let id): try await delete(id)
    case .peace: try await makePeace()
    case .ended(let delivery, let input): try await end(delivery, input)
    }
  }

  // MARK: Webhooks

  mutating func add(_ webhook: Webhook) async throws {
    webhooks[webhook.id] = webhook
    receivers[webhook.id] = .up
    try await store.insert(webhook)
    configure(webhook)
  }

  private mutating func configure(_ webhook: Webhook) {
    schedule.configureHealth(webhook.id, breaker: webhook.breaker, origin: webhook.url.origin, now: now)
    schedule.configure(webhook.id, maxInFlight: webhook.maxInFlight, rateLimit: webhook.rateLimit, now: now)
  }

  mutating func setActive(_ id: WebhookID, _ isActive: Bool) async throws {
    guard var webhook = webhooks[id], webhook.isActive != isActive else { return }
    (webhook.isActive, webhook.revision) = (isActive, webhook.revision + 1)
    webhooks[id] = webhook
    try await store.update(webhook)
    configure(webhook)
    try await settle(id, skips: dice.chance(0.2))
  }

  private mutating func makePeace() async throws {
    for id in webhooks.keys.sorted() {
      receivers[id] = .up
      try await setActive(id, true)
    }
  }

  private mutating func delete(_ id: WebhookID) async throws {
    webhooks[id] = nil
    try await store.delete(id)
    schedule.retire(id)
    try await settle(id)
  }

  /// Brings what waits into the state that goes with the webhook as it is now.
  private mutating func settle(_ id: WebhookID, skips: Bool = false) async throws {
    switch webhooks[id]?.isActive {
    case true:
      try await move(id, skips ? .skipped : .resumed)
      schedule.noteBacklog(id, due: now)
      schedule.noteReplays(id, due: now)
    case false: try await move(id, .webhookInactive)
    case nil: try await move(id, .webhookDeleted)
    }
  }

  private mutating func move(_ id: WebhookID, _ cause: DeliveryCause) async throws {
    let expected = ledger.move(id, cause, at: now)
    var moved = 0
    while case let count = try await store.moveDeliveries(
      of: id, from: cause.storedSources, to: cause.target, reason: nil, at: now, limit: 20), count > 0
    { moved += count }
    guard moved == expected else { throw Violation("\(cause): \(moved) moved, \(expected) expected") }
  }

  // MARK: Deliveries

  private mutating func publish(_ count: Int) async throws {
    var events: [NewEvent] = []
    for _ in 0..<count { events.append(matched(makeEvent())) }
    for event in events { for delivery in event.deliveries { ledger.accept(delivery, of: event.event) } }
    let results = try await store.append(events)
    guard results.allSatisfy({ $0 == .stored }) else { throw Violation("an event was not stored") }
    for event in events {
      for delivery in event.deliveries {
        if delivery.isLeased {
          schedule.admit(DueDelivery(id: delivery.id, webhook: delivery.webhook, event: event.event))
        } else if delivery.state == .pending {
          schedule.noteBacklog(delivery.webhook, due: now)
        }
      }
    }
  }

  private func makeEvent() -> Event {
    let key = ids.next()
    let text = #"{"id":"\#(EventID(key))","event":"a","timestamp":"2026-04-13T10:30:00Z","data":{"k":\#(dice.number(in: 0...3))}}"#
    return Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: now, acceptedAt: now,
      payload: Array(text.utf8))
  }

  private mutating func matched(_ event: Event) -> NewEvent {
    let deliveries = webhooks.values.sorted { $0.id < $1.id }.map { webhook in
      var delivery = NewDelivery(
        id: DeliveryID(ids.next()), webhook: webhook.id, state: webhook.isActive ? .pending : .held, isLeased: false)
      delivery.orderKey = webhook.ordering.key(of: event)
      if webhook.isActive, delivery.orderKey == nil {
        delivery.isLeased = schedule.reserve(webhook.id, bytes: event.payload.count, now: now)
      }
      return delivery
    }
    return NewEvent(event: event, idempotencyKey: nil, hasOwnTimestamp: false, deliveries: deliveries)
  }

  private mutating func replay() async throws {
    guard !ledger.entries.isEmpty else { return }
    let id = dice.pick(ledger.entries.keys.sorted { $0.key < $1.key })
    let entry = try ledger.entry(id)
    let isWanted = webhooks[entry.webhook]?.isActive == true
    let isFree = entry.claimedAt == nil && DeliveryCause.replayed.applies(to: entry.state)
    let result = try await store.replay(id, at: now, runs: .current)
    guard result == (isFree && isWanted ? .queued(entry.webhook) : .refused(entry.state)) else { throw Violation("\(result) of \(entry)") }
    guard case .queued(let webhook) = result else { return }
    ledger.replay(id, at: now)
    schedule.noteReplays(webhook, due: now)
    if webhooks[webhook]?.ordering != .unordered { schedule.noteBacklog(webhook, due: now) }
  }

  /// Ends the process as if it were killed, or after it let go of what waits, and begins another.
  private mutating func restart() async throws {
    if dice.chance(0.5) {
      let waiting = schedule.drain().map(\.id)
      try await store.release(waiting)
      ledger.release(waiting)
    }
    ledger.restart()
    agenda.removeAll { if case .ended = $0.what { true } else { false } }
    try await store.close()
    store = try folder.open(clock, ids)
    let turns = try folder.mostTurns()
    guard turns <= 1 else { throw Violation("\(turns) have the turn of one order after a restart") }
    schedule = Schedule(limits: Self.limits)
    for webhook in webhooks.values { configure(webhook) }
    let backlog = try await store.backlog()
    for pause in try await store.askedPauses(of: Array(backlog.keys), after: now) {
      if let end = webhooks[pause.webhook]?.end(of: pause, at: now) { schedule.resumeBackoff(pause.webhook, until: end) }
    }
    for (webhook, due) in backlog { schedule.noteBacklog(webhook, due: due) }
    for (webhook, due) in try await store.replayBacklog() { schedule.noteReplays(webhook, due: due) }
    for id in webhooks.keys.sorted() { try await settle(id) }
    for id in try await store.unsettledDeletions() { try await settle(id) }
  }
}
