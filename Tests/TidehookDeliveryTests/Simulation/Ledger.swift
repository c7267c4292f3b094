import TidehookCore

/// A promise that was broken.
struct Violation: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What the simulation knows of every delivery, kept apart from the store and the schedule, and what it holds them to.
struct Ledger {
  /// What has to be met for a run to say something.
  enum Sight: CaseIterable {
    case pause, openBreaker, pauseOverRestart
    case fullBatch, batchThatWaited, repeatedBatch, partedBatch, collectionThatFailed
    case erasedWhileWaiting, erasedUnderWay, expired, removed
  }

  struct Order: Hashable {
    let webhook: WebhookID
    let key: Int64
  }

  var entries: [DeliveryID: Entry] = [:]
  /// Those that are open, held, or under way.
  private(set) var live: Set<DeliveryID> = []
  /// Those that the retention removed are in here, and nowhere else.
  var removed: Set<DeliveryID> = []
  private(set) var events: [Int64: [DeliveryID]] = [:]
  private(set) var orders: [Order: [DeliveryID]] = [:]
  var batches: [BatchID: [DeliveryID]] = [:]
  private var starts: [WebhookID: [Timestamp]] = [:]
  private var underWay: [WebhookID: Int] = [:]
  var lanes: [WebhookID: LaneWatch] = [:]
  /// How often each was met.
  private(set) var sights: [Sight: Int] = [:]
  var step = 0

  mutating func see(_ sight: Sight) { sights[sight, default: 0] += 1 }

  func entry(_ id: DeliveryID) throws -> Entry {
    guard let entry = entries[id] else { throw Violation("\(id) is not known") }
    return entry
  }

  mutating func accept(_ delivery: NewDelivery, of event: Event, group: BatchGroup?) {
    step += 1
    var entry = Entry(
      webhook: delivery.webhook, event: event.key.key, eventID: event.id, orderKey: delivery.orderKey, acceptedAt: event.acceptedAt,
      group: group, state: delivery.state, since: event.acceptedAt, roundBegan: event.acceptedAt, notBefore: event.acceptedAt,
      openedAt: step)
    entry.claimedAt = delivery.isLeased ? step : nil
    entries[delivery.id] = entry
    live.insert(delivery.id)
    events[entry.event, default: []].append(delivery.id)
    if let key = delivery.orderKey { orders[Order(webhook: delivery.webhook, key: key), default: []].append(delivery.id) }
  }

  mutating func update(_ id: DeliveryID, _ body: (inout Entry) -> Void) {
    guard var entry = entries[id] else { return }
    body(&entry)
    entries[id] = entry
  }

  /// Notes a delivery's new state.
  mutating func change(_ id: DeliveryID, to state: DeliveryState, at now: Timestamp) {
    update(id) { ($0.state, $0.since) = (state, now) }
    // What is erased while it is under way keeps others waiting until it has ended.
    if entries[id]?.isInTheWay == true || entries[id]?.isUnderWay == true { live.insert(id) } else { live.remove(id) }
  }

  /// Forgets what the retention removed.
  mutating func forget(event: Int64) {
    for id in events.removeValue(forKey: event) ?? [] {
      if let entry = entries.removeValue(forKey: id), let key = entry.orderKey {
        orders[Order(webhook: entry.webhook, key: key)]?.removeAll { $0 == id }
      }
      removed.insert(id)
      live.remove(id)
    }
  }

  mutating func claim(_ deliveries: [DueDelivery], for webhook: Webhook?, at now: Timestamp) throws {
    step += 1
    for delivery in deliveries {
      if let batch = delivery.batch {
        try claim(batch, delivery, for: webhook, at: now)
        continue
      }
      let entry = try entry(delivery.id)
      guard entry.claimedAt == nil else { throw Violation("\(delivery.id) was handed out twice") }
      guard entry.state.isOpen, entry.notBefore <= now else { throw Violation("\(delivery.id) was handed out in state \(entry.state)") }
      guard !entry.isCollected || webhook?.batch == nil || webhook?.isActive != true else {
        throw Violation("\(delivery.id) was handed out alone")
      }
      // The deadline of one that waits in an order begins with its turn.
      let mayBeginLater = entry.orderKey != nil && entry.roundAttempts == 0
      let begins = entry.roundBegan...(mayBeginLater ? max(now, entry.roundBegan) : entry.roundBegan)
      guard begins.contains(delivery.roundBeganAt) else { throw Violation("\(delivery.id) has another start of its round") }
      entries[delivery.id]?.roundBegan = delivery.roundBeganAt
      guard entry.roundAttempts == delivery.attemptCount - delivery.earlierAttempts else { throw Violation("\(delivery.id) is miscounted") }
      entries[delivery.id]?.claimedAt = step
    }
  }

  // MARK: Attempts

  mutating func start(_ delivery: DueDelivery, of webhook: Webhook, _ state: LaneState, at now: Timestamp) throws {
    for id in delivery.memberIDs {
      let entry = try entry(id)
      guard entry.state.isOpen, !entry.isUnderWay, let claimedAt = entry.claimedAt else { throw Violation("\(id) began in \(entry)") }
      guard now >= entry.notBefore else { throw Violation("\(id) began before it was due") }
      guard entry.roundAttempts <= webhook.retry.backoff.delaysSeconds.count else {
        throw Violation("\(id) has more tries than its policy")
      }
      try checkOrder(id, entry, claimedAt: claimedAt)
      entries[id]?.isUnderWay = true
    }
    try checkLimits(webhook, at: now)
    try lanes[webhook.id, default: LaneWatch()].start(delivery.id, of: webhook, state, at: now)
  }

  private func checkOrder(_ id: DeliveryID, _ entry: Entry, claimedAt: Int) throws {
    guard let key = entry.orderKey else { return }
    for other in orders[Order(webhook: entry.webhook, key: key)] ?? [] where other != id {
      let other = try self.entry(other)
      guard !other.isUnderWay else { throw Violation("two of one order are under way: \(id)") }
      // One that came back while a later one was held in memory lets that go first.
      guard other.event > entry.event || !other.isInTheWay || other.openedAt > claimedAt else {
        throw Violation("\(id) overtook one that was accepted before it: \(other)")
      }
    }
  }

  private mutating func checkLimits(_ webhook: Webhook, at now: Timestamp) throws {
    underWay[webhook.id, default: 0] += 1
    guard underWay[webhook.id, default: 0] <= webhook.maxInFlight else { throw Violation("too many of \(webhook.name) under way") }
    guard let limit = webhook.rateLimit else { return }
    let earlier = starts[webhook.id, default: []]
    for (count, seconds) in [(limit.burst, 1.0 / Double(limit.count)), (limit.burst + limit.count - 1, 1.0)] where earlier.count >= count {
      let least = Int64(seconds * Double(limit.perSeconds) * 1e6) - 1
      let span = now.microseconds - earlier[earlier.count - count].microseconds
      guard span >= least else { throw Violation("\(count + 1) attempts of \(webhook.name) began within \(span) µs") }
    }
    starts[webhook.id, default: []].append(now)
  }

  /// Takes in what an attempt says about its receiver, and how the lane stands afterwards.
  mutating func note(_ signal: ReceiverSignal?, _ id: DeliveryID, of webhook: Webhook, _ state: LaneState, at now: Timestamp) {
    guard lanes[webhook.id]?.end(id, signal, of: webhook, state, at: now) == true else { return }
    see(state.breaker == .open ? .openBreaker : .pause)
  }

  /// Notes that an attempt that counts for the lane has ended.
  mutating func free(_ webhook: WebhookID) { underWay[webhook, default: 0] -= 1 }

  // MARK: What is not an attempt

  /// Moves some of what nobody holds, and says how many that must be.
  mutating func move(_ webhook: WebhookID, _ cause: DeliveryCause, limit: Int, at now: Timestamp) -> Int {
    step += 1
    let some = live.filter { id in
      entries[id].map { $0.webhook == webhook && $0.claimedAt == nil && cause.applies(to: $0.state) } ?? false
    }
    let moved = some.sorted { $0.key < $1.key }.prefix(limit)
    for id in moved { reopen(id, cause, at: now) }
    return moved.count
  }

  mutating func replay(_ id: DeliveryID, at now: Timestamp) {
    step += 1
    reopen(id, .replayed, at: now)
    update(id) { ($0.roundAttempts, $0.batch, $0.isAlone) = (0, nil, true) }
  }

  private mutating func reopen(_ id: DeliveryID, _ cause: DeliveryCause, at now: Timestamp) {
    if entries[id]?.isInTheWay == false { entries[id]?.openedAt = step }
    // One that was to be tried again later stays so when it is held and resumed.
    let isEarly = cause == .resumed && entries[id].map { $0.roundAttempts > 0 && $0.notBefore > now } == true
    change(id, to: isEarly ? DeliveryCause.resumedEarly.target : cause.target, at: now)
    guard cause.target.isOpen else { return }
    entries[id]?.roundBegan = now
    guard !isEarly else { return }
    entries[id]?.notBefore = now
    entries[id]?.isHastened = true
  }

  /// The process ends as if killed: nobody holds anything any more, its limits begin anew, and pauses go on as far as is promised.
  mutating func restart(_ webhooks: [WebhookID: Webhook], at now: Timestamp) {
    for id in entries.keys {
      update(id) { ($0.isUnderWay, $0.claimedAt) = (false, nil) }
    }
    live = live.filter { entries[$0]?.isInTheWay == true }
    (starts, underWay, lanes) = ([:], [:], [:])
    for (id, webhook) in webhooks {
      // Of a webhook with nothing open it is asked once it is resumed.
      let isOpen = live.contains { entries[$0].map { $0.webhook == id && $0.state.isOpen } ?? false }
      guard isOpen, let end = askedPause(of: webhook, at: now) else { continue }
      lanes[id, default: LaneWatch()].goOn(until: end)
      see(.pauseOverRestart)
    }
  }

  /// A webhook becomes active again: a pause goes on that what it holds knows of.
  mutating func resume(_ webhook: Webhook, at now: Timestamp) {
    if let end = askedPause(of: webhook, at: now) { lanes[webhook.id, default: LaneWatch()].goOn(until: end) }
  }

  mutating func release(_ ids: [DeliveryID]) {
    for id in ids { entries[id]?.claimedAt = nil }
  }
}
