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
  struct Entry {
    let webhook: WebhookID
    let event: Int64
    let orderKey: Int64?
    var state: DeliveryState
    var attempts = 0
    var roundAttempts = 0
    var roundBegan: Timestamp
    /// No attempt may begin before.
    var notBefore: Timestamp
    /// The step at which it last became open or held.
    var openedAt: Int
    /// The step at which the node took hold of it; `nil` while nobody holds it.
    var claimedAt: Int?
    var isUnderWay = false

    /// Whether those of its order that came later have to wait for it.
    var isInTheWay: Bool { state.isOpen || state == .held }
  }

  private struct Order: Hashable {
    let webhook: WebhookID
    let key: Int64
  }

  private(set) var entries: [DeliveryID: Entry] = [:]
  private var orders: [Order: [DeliveryID]] = [:]
  private var starts: [WebhookID: [Timestamp]] = [:]
  private var underWay: [WebhookID: Int] = [:]
  private var lanes: [WebhookID: LaneWatch] = [:]
  /// How often a lane paused, by whether the webhook has a breaker.
  private(set) var pauses: [Bool: Int] = [:]
  private var step = 0

  func entry(_ id: DeliveryID) throws -> Entry {
    guard let entry = entries[id] else { throw Violation("\(id) was never accepted") }
    return entry
  }

  mutating func accept(_ delivery: NewDelivery, of event: Event) {
    step += 1
    var entry = Entry(
      webhook: delivery.webhook, event: event.key.key, orderKey: delivery.orderKey, state: delivery.state, roundBegan: event.acceptedAt,
      notBefore: event.acceptedAt, openedAt: step)
    entry.claimedAt = delivery.isLeased ? step : nil
    entries[delivery.id] = entry
    if let key = delivery.orderKey { orders[Order(webhook: delivery.webhook, key: key), default: []].append(delivery.id) }
  }

  mutating func claim(_ deliveries: [DueDelivery], at now: Timestamp) throws {
    step += 1
    for delivery in deliveries {
      let entry = try entry(delivery.id)
      guard entry.claimedAt == nil else { throw Violation("\(delivery.id) was handed out twice") }
      guard entry.state.isOpen, entry.notBefore <= now else { throw Violation("\(delivery.id) was handed out in state \(entry.state)") }
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

  mutating func start(_ id: DeliveryID, of webhook: Webhook, _ state: LaneState, at now: Timestamp) throws {
    let entry = try entry(id)
    guard entry.state.isOpen, !entry.isUnderWay, let claimedAt = entry.claimedAt else { throw Violation("\(id) began in \(entry)") }
    guard now >= entry.notBefore else { throw Violation("\(id) began before it was due") }
    guard entry.roundAttempts <= webhook.retry.backoff.delaysSeconds.count else { throw Violation("\(id) has more tries than its policy") }
    try checkOrder(id, entry, claimedAt: claimedAt)
    try checkLimits(webhook, at: now)
    try lanes[webhook.id, default: LaneWatch()].start(id, of: webhook, state, at: now)
    entries[id]?.isUnderWay = true
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
    pauses[webhook.breaker != nil, default: 0] += 1
  }

  /// Takes in what was decided after an attempt, or in its place: then `input` is none that a receiver can cause.
  mutating func end(
    _ id: DeliveryID, _ input: DeliveryInput, _ transition: Transition, _ policy: RetryPolicy, wasTried: Bool, at now: Timestamp
  ) throws {
    step += 1
    var entry = try entry(id)
    let isArrow = DeliveryCause.allCases.contains { $0.applies(to: entry.state) && $0.target == transition.state }
    guard isArrow else { throw Violation("\(id) went from \(entry.state) to \(transition.state)") }
    if wasTried {
      entry.attempts += 1
      entry.roundAttempts += 1
      underWay[entry.webhook, default: 0] -= 1
    }
    if let due = transition.nextAttemptAt { try checkWait(until: due, after: input, entry, policy, at: now) }
    entry.state = transition.state
    entry.notBefore = transition.nextAttemptAt ?? now
    (entry.isUnderWay, entry.claimedAt) = (false, nil)
    entries[id] = entry
  }

  /// What the policy allows, worked out anew.
  private func checkWait(until due: Timestamp, after input: DeliveryInput, _ entry: Entry, _ policy: RetryPolicy, at now: Timestamp) throws
  {
    let waits = policy.backoff.delaysSeconds
    guard entry.roundAttempts <= waits.count else { throw Violation("another try than the policy has: \(entry)") }
    let (wait, scheduled) = (Double(due.microseconds - now.microseconds) / 1e6, waits[entry.roundAttempts - 1])
    guard wait >= scheduled * (1 - policy.backoff.jitter) - 1e-5 else { throw Violation("a wait of \(wait) s, not \(scheduled)") }
    switch input {
    case .answered(let status, let retryAfter?):
      let asked = Double(retryAfter.microseconds) / 1e6
      let most = policy.maxRetryAfterSeconds ?? policy.backoff.longestRetryAfterSeconds
      guard wait >= min(asked, most) - 1e-5, wait <= max(scheduled * (1 + policy.backoff.jitter), most) + 1e-5 else {
        throw Violation("\(wait) s after \(status)")
      }
    case .answered(let status, nil):
      guard policy.retries(status) else { throw Violation("\(status) was to be tried again") }
    case .judged, .failed, .dropped, .webhookInactive, .webhookDeleted: break
    }
    guard let limit = policy.giveUpAfterSeconds else { return }
    guard Double(due.microseconds - entry.roundBegan.microseconds) / 1e6 <= limit else {
      throw Violation("a try after the deadline: \(entry)")
    }
  }

  // MARK: What is not an attempt

  /// Moves what nobody holds, and says how many that must be.
  mutating func move(_ webhook: WebhookID, _ cause: DeliveryCause, at now: Timestamp) -> Int {
    step += 1
    let moved = entries.filter { $0.value.webhook == webhook && $0.value.claimedAt == nil && cause.applies(to: $0.value.state) }
    for id in moved.keys { reopen(id, cause, at: now) }
    return moved.count
  }

  mutating func replay(_ id: DeliveryID, at now: Timestamp) {
    step += 1
    reopen(id, .replayed, at: now)
    entries[id]?.roundAttempts = 0
  }

  private mutating func reopen(_ id: DeliveryID, _ cause: DeliveryCause, at now: Timestamp) {
    if entries[id]?.isInTheWay == false { entries[id]?.openedAt = step }
    entries[id]?.state = cause.target
    guard cause.target.isOpen else { return }
    entries[id]?.roundBegan = now
    // One that was to be tried again later stays so when it is held and resumed.
    if cause == .resumed, let entry = entries[id], entry.roundAttempts > 0, entry.notBefore > now { return }
    entries[id]?.notBefore = now
  }

  /// The process ends as if killed: nobody holds anything any more, and its limits begin anew.
  mutating func restart() {
    for id in entries.keys {
      entries[id]?.claimedAt = nil
      entries[id]?.isUnderWay = false
    }
    (starts, underWay, lanes) = ([:], [:], [:])
  }

  mutating func release(_ ids: [DeliveryID]) {
    for id in ids { entries[id]?.claimedAt = nil }
  }
}
