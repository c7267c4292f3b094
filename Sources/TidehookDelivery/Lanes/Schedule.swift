// Decides which delivery starts next and when the store is asked for more. A pure value: the engine carries out what it says.

import DequeModule
package import TidehookCore

/// All lanes, served in turn.
package struct Schedule {
  var lanes: [WebhookID: Lane] = [:]
  /// Lanes that may be able to start something, in the order in which they are served.
  private var turn: Deque<WebhookID> = []
  private var held = 0
  private var heldBytes = 0
  package private(set) var inFlight = 0
  private var unrecorded = 0
  var isWaitingForRoom = false
  /// Whether a lane was paused since somebody last asked.
  private var hasNewPause = false
  /// Lanes that took a delivery in though their webhook is inactive or deleted.
  private var stranded: Set<WebhookID> = []
  private var pauses = 0
  private var receivers = ReceiverRates()
  /// Whether a lane got room for replays since somebody last asked.
  var hasReplayRoom = false
  package private(set) var isDraining = false
  let limits: LaneLimits

  /// A lane of a webhook that was not configured yet: made when its first delivery comes.
  static let defaultInFlight = 64

  package init(limits: LaneLimits) {
    self.limits = limits
  }

  /// Whether nothing is under way and nothing is still to be written.
  package var isIdle: Bool { inFlight == 0 && unrecorded == 0 }

  /// Whether no memory is promised to or taken by any lane.
  package var isEmpty: Bool { held == 0 && heldBytes == 0 && isIdle && lanes.values.allSatisfy { $0.held == 0 && $0.bytes == 0 } }

  /// How full the lanes are.
  package var standing: ScheduleStanding {
    var standing = ScheduleStanding(lanes: lanes.count, held: held, heldBytes: heldBytes)
    for (webhook, lane) in lanes {
      if lane.inFlight > 0 { standing.inFlight[webhook] = lane.inFlight }
      if lane.pausedUntil != nil { standing.paused += 1 }
    }
    return standing
  }

  // MARK: Lanes

  /// Sets how many requests of a webhook may be under way, how often one may begin, and what its receiver agreed to. A limit that stays as it
  /// was goes on counting, a new one counts what is under way.
  package mutating func configure(
    _ webhook: WebhookID, maxInFlight: Int, rateLimit: RateLimit? = nil, consent: ReceiverConsent? = nil, now: Timestamp
  ) {
    lanes[webhook, default: Lane(maxInFlight: maxInFlight)].maxInFlight = maxInFlight
    // Some of them may be held, or in no order any more.
    lanes[webhook]?.replays.ordered = 0
    if lanes[webhook]?.bucket?.limit != rateLimit {
      var bucket = rateLimit.map { TokenBucket($0, at: now) }
      for _ in 0..<(lanes[webhook]?.inFlight ?? 0) { _ = bucket?.take(at: now) }
      lanes[webhook]?.bucket = bucket
      lanes[webhook]?.pausedUntil = nil
    }
    join(webhook, consent, now: now)
    enqueue(webhook)
  }

  private mutating func join(_ webhook: WebhookID, _ consent: ReceiverConsent?, now: Timestamp) {
    if let left = lanes[webhook]?.receiver, left != consent?.url {
      receivers.leave(webhook, left)
      lanes[webhook]?.pausedUntil = nil
    }
    lanes[webhook]?.receiver = consent?.url
    guard let consent else { return }
    let lanes = lanes
    receivers.join(webhook, consent, at: now) { lanes[$0]?.inFlight ?? 0 }
  }

  /// Forgets the lane of a deleted webhook once what it holds has been dealt with: nothing holds up what is still on its way.
  /// - Returns: what waited in memory, for the store to have it back.
  @discardableResult
  package mutating func retire(_ webhook: WebhookID) -> [DueDelivery] {
    let waiting = evict(webhook)
    if let receiver = lanes[webhook]?.receiver { receivers.leave(webhook, receiver) }
    lanes[webhook]?.receiver = nil
    lanes[webhook]?.backlogDue = nil
    lanes[webhook]?.replays.due = nil
    lanes[webhook]?.health = LaneHealth()
    lanes[webhook]?.bucket = nil
    lanes[webhook]?.pausedUntil = nil
    lanes[webhook]?.isRetired = true
    removeIfSpent(webhook)
    return waiting
  }

  /// Takes what waits in a lane's memory out of it, for the store to have it back.
  package mutating func evict(_ webhook: WebhookID) -> [DueDelivery] {
    guard let lane = lanes[webhook] else { return [] }
    let waiting = Array(lane.ready) + Array(lane.replays.ready)
    for delivery in waiting { hold(webhook, -1, bytes: -delivery.heldBytes) }
    lanes[webhook]?.ready.removeAll()
    lanes[webhook]?.replays.ready.removeAll()
    return waiting
  }

  // MARK: Coming in

  /// Promises a place in memory for a delivery that is about to be committed.
  ///
  /// - Returns: false when the delivery has to wait in the store: its lane is full, or already has deliveries waiting there that are due.
  package mutating func reserve(_ webhook: WebhookID, bytes: Int, now: Timestamp) -> Bool {
    let lane = lanes[webhook] ?? Lane(maxInFlight: Self.defaultInFlight)
    guard !isDraining, !lane.isClaiming, lane.backlogDue.map({ $0 > now }) ?? true, room(in: lane) > 0, bytes <= byteRoom(in: lane)
    else { return false }
    lanes[webhook, default: lane].reserved += 1
    hold(webhook, 1, bytes: bytes)
    return true
  }

  /// Gives back a promised place: the delivery was not stored.
  ///
  /// - Returns: whether a claim was waiting for memory and should be looked for now.
  package mutating func abandon(_ webhook: WebhookID, bytes: Int) -> Bool {
    lanes[webhook]?.reserved -= 1
    hold(webhook, -1, bytes: -bytes)
    return isWaitingForRoom
  }

  /// Takes in a delivery that was committed into a promised place.
  package mutating func admit(_ delivery: DueDelivery) {
    lanes[delivery.webhook]?.reserved -= 1
    lanes[delivery.webhook]?.ready.append(delivery)
    if let lane = lanes[delivery.webhook], lane.isInactive || lane.isRetired { stranded.insert(delivery.webhook) }
    enqueue(delivery.webhook)
  }

  /// Says whether a webhook is active: what an inactive one has in memory goes back to the store.
  package mutating func setActive(_ webhook: WebhookID, _ isActive: Bool) { lanes[webhook]?.isInactive = !isActive }

  /// What was promised a place while its webhook was active, and came when it was so no more.
  package mutating func takeStranded() -> [WebhookID: [DueDelivery]] {
    guard !stranded.isEmpty else { return [:] }
    defer { stranded = [] }
    return Dictionary(uniqueKeysWithValues: stranded.map { ($0, evict($0)) })
  }

  /// Notes that the store has a delivery of this webhook that nobody holds.
  package mutating func noteBacklog(_ webhook: WebhookID, due: Timestamp) {
    let known = lanes[webhook]?.backlogDue ?? due
    lanes[webhook, default: Lane(maxInFlight: Self.defaultInFlight)].backlogDue = min(known, due)
  }

  // MARK: Claims

  /// A claim to make: how many deliveries it may bring, and how many bytes of payload.
  package struct ClaimOrder: Equatable {
    /// Whose deliveries.
    package let webhook: WebhookID
    /// How many at most.
    package let limit: Int
    /// How many bytes at most; a first delivery that is larger comes all the same.
    package let maxBytes: Int
    /// Whether of replays, or of what else is due.
    package var areReplays = false
  }

  /// The claims to make now: lanes whose backlog is due and that have room; each counts as claiming until ``finishClaim(_:_:retryAt:)``.
  package mutating func startClaims(now: Timestamp) -> [ClaimOrder] {
    guard !isDraining else { return [] }
    var claims: [ClaimOrder] = []
    isWaitingForRoom = false
    for (webhook, lane) in lanes where wantsClaim(lane, now: now) {
      let order = ClaimOrder(webhook: webhook, limit: min(room(in: lane), limits.heldPerLane / 2), maxBytes: byteRoom(in: lane))
      guard order.limit > 0, order.maxBytes > 0 else {
        isWaitingForRoom = true
        continue
      }
      lanes[webhook]?.isClaiming = true
      lanes[webhook]?.backlogDue = nil
      promise(order)
      claims.append(order)
    }
    return claims + startReplayClaims(now: now)
  }

  /// Promises the places that a claim may need.
  mutating func promise(_ order: ClaimOrder) {
    lanes[order.webhook]?.reserved += order.limit
    hold(order.webhook, order.limit, bytes: order.maxBytes)
  }

  /// Takes in what a claim brought; `nil` when the store failed, and the claim is to be made again at `retryAt`.
  package mutating func finishClaim(_ order: ClaimOrder, _ claim: Claim?, retryAt: Timestamp) {
    let webhook = order.webhook
    hold(webhook, -order.limit, bytes: -order.maxBytes)
    lanes[webhook]?.reserved -= order.limit
    if order.areReplays { finishReplayClaim(order, claim, retryAt: retryAt) } else { finishDueClaim(order, claim, retryAt: retryAt) }
    enqueue(webhook)
    removeIfSpent(webhook)
  }

  private mutating func finishDueClaim(_ order: ClaimOrder, _ claim: Claim?, retryAt: Timestamp) {
    let webhook = order.webhook
    lanes[webhook]?.isClaiming = false
    for delivery in claim?.deliveries ?? [] {
      hold(webhook, 1, bytes: delivery.heldBytes)
      lanes[webhook]?.ready.append(delivery)
    }
    if let due = claim == nil ? retryAt : claim?.nextDue { noteBacklog(webhook, due: due) }
  }

  /// When the next claim is due that is not due yet, or the next paused lane goes on; `nil` when there is neither, as far as is known.
  package func nextWake(now: Timestamp) -> Timestamp? {
    guard !isDraining else { return nil }
    return lanes.values.lazy.compactMap { $0.nextWake(after: now) }.min()
  }

  /// Queues the lanes again whose pause is over, those first that have waited longest: they may compete for one receiver's rate.
  package mutating func endPauses(now: Timestamp) {
    let ended = lanes.filter { $0.value.pausedUntil.map { $0 <= now } ?? false }
    for (webhook, _) in ended.sorted(by: { $0.value.pauseNumber < $1.value.pauseNumber }) {
      lanes[webhook]?.pausedUntil = nil
      enqueue(webhook)
    }
  }

  /// Whether a lane was paused since the last call: ``nextWake(now:)`` may say something else then.
  package mutating func takeNewPause() -> Bool {
    defer { hasNewPause = false }
    return hasNewPause
  }

  private func wantsClaim(_ lane: Lane, now: Timestamp) -> Bool {
    guard let due = lane.backlogDue, due <= now, !lane.isClaiming else { return false }
    return lane.ready.count <= min(lane.maxInFlight, limits.heldPerLane / 2)
  }

  // MARK: Going out

  /// The next delivery to attempt, lanes taking turns; `nil` when none can start.
  ///
  /// - Returns: the delivery, and whether its lane should now be given more from the store.
  package mutating func takeNext(now: Timestamp) -> (delivery: DueDelivery, wantsClaim: Bool)? {
    for _ in 0..<(isDraining ? 0 : turn.count) {
      guard let webhook = turn.popFirst(), let index = lanes.index(forKey: webhook) else { continue }
      guard mayStart(lanes.values[index]) else {
        turn.append(webhook)
        continue
      }
      // In place: a copy of the lane would share its queue, and taking from it would copy every delivery in it.
      lanes.values[index].isQueued = false
      let gate = lanes.values[index].health.gate(at: now)
      // One that waits for its probe is queued again when that has ended.
      guard lanes.values[index].hasReady, gate != .waitsForProbe else { continue }
      if case .closed(let end) = gate {
        pause(index, until: end)
        continue
      }
      if let wait = wait(of: index, now: now) {
        pause(index, until: now + wait)
        continue
      }
      guard let next = lanes.values[index].takeReady() else { continue }
      if gate == .probe { lanes.values[index].health.begin(next.delivery.id) }
      countStart(of: index, now: now)
      lanes.values[index].inFlight += 1
      inFlight += 1
      enqueue(webhook)
      if next.isReplay { noteReplayRoom(webhook) }
      return (next.delivery, wantsClaim(lanes.values[index], now: now) || wantsReplays(lanes.values[index], now: now))
    }
    return nil
  }

  private typealias LaneIndex = Dictionary<WebhookID, Lane>.Index

  /// How long a lane has to wait until its limits let it begin an attempt; `nil` for not at all.
  private mutating func wait(of index: LaneIndex, now: Timestamp) -> Duration? {
    let own = lanes.values[index].bucket?.wait(at: now)
    guard let receiver = lanes.values[index].receiver, let shared = receivers.wait(receiver, at: now) else { return own }
    return own.map { max($0, shared) } ?? shared
  }

  private mutating func countStart(of index: LaneIndex, now: Timestamp) {
    lanes.values[index].bucket?.owe(at: now)
    if let receiver = lanes.values[index].receiver { receivers.count(receiver, at: now) }
  }

  private mutating func pause(_ index: LaneIndex, until end: Timestamp) {
    pauses &+= 1
    lanes.values[index].pausedUntil = end
    lanes.values[index].pauseNumber = pauses
    hasNewPause = true
  }

  /// An exchange has ended; its outcome, which takes `bytes` besides the payload, is still to be written.
  package mutating func finishExchange(_ webhook: WebhookID, bytes: Int = 0) {
    lanes[webhook]?.inFlight -= 1
    lanes[webhook]?.unrecorded += 1
    inFlight -= 1
    unrecorded += 1
    hold(webhook, 0, bytes: bytes)
    enqueue(webhook)
  }

  /// An outcome is on disk, and `bytes` of payload and outcome are free; `retryAt` is set when the delivery will be due again.
  ///
  /// - Returns: whether a claim should be looked for now: one was waiting for memory, or the new time is the first to come.
  package mutating func finishRecord(_ webhook: WebhookID, bytes: Int, retryAt: Timestamp?) -> Bool {
    lanes[webhook]?.unrecorded -= 1
    unrecorded -= 1
    hold(webhook, -1, bytes: -bytes)
    let isEarlier = retryAt.map { due in lanes[webhook]?.backlogDue.map { due < $0 } ?? true } ?? false
    if let retryAt { noteBacklog(webhook, due: retryAt) }
    removeIfSpent(webhook)
    return isWaitingForRoom || isEarlier
  }

  /// Starts nothing from now on, and gives back what waits in memory.
  package mutating func drain() -> [DueDelivery] {
    isDraining = true
    var waiting: [DueDelivery] = []
    for webhook in Array(lanes.keys) { waiting += evict(webhook) }
    return waiting
  }

  // MARK: Bounds

  /// Queues a lane that has something to start; one at its own cap is queued again when a request ends.
  private mutating func enqueue(_ webhook: WebhookID) {
    guard let lane = lanes[webhook], !lane.isQueued, lane.hasReady, lane.inFlight < lane.maxInFlight, lane.pausedUntil == nil,
      !lane.health.isProbing
    else { return }
    lanes[webhook]?.isQueued = true
    turn.append(webhook)
  }

  private mutating func removeIfSpent(_ webhook: WebhookID) {
    guard let lane = lanes[webhook], lane.isRetired, lane.held == 0, lane.backlogDue == nil, !lane.isClaiming, lane.replays.isSpent
    else { return }
    lanes[webhook] = nil
  }

  /// Whether the shared bound on requests lets this lane start one more.
  private func mayStart(_ lane: Lane) -> Bool {
    if inFlight < limits.inFlight / 4 * 3 { return true }
    if inFlight < limits.inFlight { return lane.inFlight < LaneLimits.scarceInFlight }
    return lane.inFlight == 0 && inFlight < limits.inFlight / 4 * 5
  }

  func room(in lane: Lane) -> Int {
    let share = held < limits.held / 4 * 3 ? limits.heldPerLane : LaneLimits.scarceHeld
    return min(share - lane.held, limits.held - held)
  }

  /// How many bytes a lane may take more: what its share leaves, or everything that is left when it holds nothing.
  func byteRoom(in lane: Lane) -> Int {
    let left = limits.bytes - heldBytes
    guard lane.bytes > 0 else { return min(left, max(limits.bytes / 16, 1 << 20)) }
    let share = heldBytes < limits.bytes / 4 * 3 ? limits.bytes / 16 : LaneLimits.scarceBytes
    return min(share - lane.bytes, left)
  }

  mutating func hold(_ webhook: WebhookID, _ count: Int, bytes: Int) {
    held += count
    heldBytes += bytes
    lanes[webhook]?.bytes += bytes
  }
}
