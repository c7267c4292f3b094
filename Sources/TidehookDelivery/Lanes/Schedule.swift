// Decides which delivery starts next and when the store is asked for more. It does nothing itself: the engine carries out what it says.

import DequeModule
package import TidehookCore

/// All lanes, served in turn. It has one owner and is never copied: its lanes are objects, which a copy would share. (Not `~Copyable`, for tests
/// cannot `#expect` anything of that.)
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
  /// Whether the store is still taking back what waited when the draining began.
  private var isReleasing = false
  let limits: LaneLimits

  /// A lane of a webhook that was not configured yet: made when its first delivery comes.
  static let defaultInFlight = 64

  package init(limits: LaneLimits) {
    self.limits = limits
  }

  /// A webhook's lane; an empty one is made where there is none.
  mutating func lane(of webhook: WebhookID) -> Lane {
    if let lane = lanes[webhook] { return lane }
    let lane = Lane(maxInFlight: Self.defaultInFlight)
    lanes[webhook] = lane
    return lane
  }

  /// Whether nothing is under way and nothing is still to be written.
  package var isIdle: Bool { inFlight == 0 && unrecorded == 0 && !isReleasing }

  /// Whether no memory is promised to or taken by any lane.
  package var isEmpty: Bool {
    held == 0 && heldBytes == 0 && inFlight == 0 && unrecorded == 0 && lanes.values.allSatisfy { $0.held == 0 && $0.bytes == 0 }
  }

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
    let lane = lane(of: webhook)
    lane.maxInFlight = maxInFlight
    // Some of them may be held, or in no order any more.
    lane.replays.ordered = 0
    if lane.bucket?.limit != rateLimit {
      var bucket = rateLimit.map { TokenBucket($0, at: now) }
      for _ in 0..<lane.inFlight { _ = bucket?.take(at: now) }
      lane.bucket = bucket
      lane.pausedUntil = nil
    }
    join(webhook, lane, consent, now: now)
    enqueue(webhook, lane)
  }

  private mutating func join(_ webhook: WebhookID, _ lane: Lane, _ consent: ReceiverConsent?, now: Timestamp) {
    if let left = lane.receiver, left != consent?.url {
      receivers.leave(webhook, left)
      lane.pausedUntil = nil
    }
    lane.receiver = consent?.url
    guard let consent else { return }
    receivers.join(webhook, consent, at: now) { [lanes] in lanes[$0]?.inFlight ?? 0 }
  }

  /// Forgets the lane of a deleted webhook once what it holds has been dealt with: nothing holds up what is still on its way.
  /// - Returns: what waited in memory, for the store to have it back.
  @discardableResult
  package mutating func retire(_ webhook: WebhookID) -> [DueDelivery] {
    guard let lane = lanes[webhook] else { return [] }
    let waiting = evict(lane)
    if let receiver = lane.receiver { receivers.leave(webhook, receiver) }
    lane.receiver = nil
    lane.backlogDue = nil
    lane.replays.due = nil
    lane.health = LaneHealth()
    lane.bucket = nil
    lane.pausedUntil = nil
    lane.isRetired = true
    removeIfSpent(webhook, lane)
    return waiting
  }

  /// Takes what waits in a lane's memory out of it, for the store to have it back.
  package mutating func evict(_ webhook: WebhookID) -> [DueDelivery] { lanes[webhook].map { evict($0) } ?? [] }

  private mutating func evict(_ lane: Lane) -> [DueDelivery] {
    let waiting = Array(lane.ready) + Array(lane.replays.ready)
    for delivery in waiting { hold(lane, -1, bytes: -delivery.heldBytes) }
    lane.ready.removeAll()
    lane.replays.ready.removeAll()
    return waiting
  }

  // MARK: Coming in

  /// Promises a place in memory for a delivery that is about to be committed.
  ///
  /// - Returns: false when the delivery has to wait in the store: its lane is full, or already has deliveries waiting there that are due.
  package mutating func reserve(_ webhook: WebhookID, bytes: Int, now: Timestamp) -> Bool {
    guard !isDraining else { return false }
    let known = lanes[webhook]
    let lane = known ?? Lane(maxInFlight: Self.defaultInFlight)
    guard !lane.isClaiming, lane.backlogDue.map({ $0 > now }) ?? true, room(in: lane) > 0, bytes <= byteRoom(in: lane) else { return false }
    if known == nil { lanes[webhook] = lane }
    lane.reserved += 1
    hold(lane, 1, bytes: bytes)
    return true
  }

  /// Gives back a promised place: the delivery was not stored.
  ///
  /// - Returns: whether a claim was waiting for memory and should be looked for now.
  package mutating func abandon(_ webhook: WebhookID, bytes: Int) -> Bool {
    if let lane = lanes[webhook] {
      lane.reserved -= 1
      hold(lane, -1, bytes: -bytes)
    }
    return isWaitingForRoom
  }

  /// Takes in a delivery that was committed into a promised place.
  package mutating func admit(_ delivery: DueDelivery) {
    guard let lane = lanes[delivery.webhook] else { return }
    lane.reserved -= 1
    lane.ready.append(delivery)
    if lane.isInactive || lane.isRetired { stranded.insert(delivery.webhook) }
    enqueue(delivery.webhook, lane)
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
    lane(of: webhook).noteBacklog(due: due)
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
      let limit = min(room(in: lane), limits.heldPerLane / 2, LaneLimits.claimed)
      let order = ClaimOrder(webhook: webhook, limit: limit, maxBytes: byteRoom(in: lane))
      guard order.limit > 0, order.maxBytes > 0 else {
        isWaitingForRoom = true
        continue
      }
      lane.isClaiming = true
      lane.backlogDue = nil
      promise(order, to: lane)
      claims.append(order)
    }
    return claims + startReplayClaims(now: now)
  }

  /// Promises the places that a claim may need.
  mutating func promise(_ order: ClaimOrder, to lane: Lane) {
    lane.reserved += order.limit
    hold(lane, order.limit, bytes: order.maxBytes)
  }

  /// Takes in what a claim brought; `nil` when the store failed, and the claim is to be made again at `retryAt`.
  package mutating func finishClaim(_ order: ClaimOrder, _ claim: Claim?, retryAt: Timestamp) {
    guard let lane = lanes[order.webhook] else { return }
    hold(lane, -order.limit, bytes: -order.maxBytes)
    lane.reserved -= order.limit
    if order.areReplays { finishReplayClaim(lane, claim, retryAt: retryAt) } else { finishDueClaim(lane, claim, retryAt: retryAt) }
    enqueue(order.webhook, lane)
    removeIfSpent(order.webhook, lane)
  }

  private mutating func finishDueClaim(_ lane: Lane, _ claim: Claim?, retryAt: Timestamp) {
    lane.isClaiming = false
    for delivery in claim?.deliveries ?? [] {
      hold(lane, 1, bytes: delivery.heldBytes)
      lane.ready.append(delivery)
    }
    if let due = claim == nil ? retryAt : claim?.nextDue { lane.noteBacklog(due: due) }
  }

  /// When the next claim is due that is not due yet, or the next paused lane goes on; `nil` when there is neither, as far as is known.
  package func nextWake(now: Timestamp) -> Timestamp? {
    guard !isDraining else { return nil }
    return lanes.values.lazy.compactMap { $0.nextWake(after: now) }.min()
  }

  /// Queues the lanes again whose pause is over, those first that have waited longest: they may compete for one receiver's rate.
  package mutating func endPauses(now: Timestamp) {
    let ended = lanes.filter { $0.value.pausedUntil.map { $0 <= now } ?? false }
    for (webhook, lane) in ended.sorted(by: { $0.value.pauseNumber < $1.value.pauseNumber }) {
      lane.pausedUntil = nil
      enqueue(webhook, lane)
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
      guard let webhook = turn.popFirst(), let lane = lanes[webhook] else { continue }
      guard mayStart(lane) else {
        turn.append(webhook)
        continue
      }
      lane.isQueued = false
      let gate = lane.health.gate(at: now)
      // One that waits for its probe is queued again when that has ended.
      guard lane.hasReady, gate != .waitsForProbe else { continue }
      if case .closed(let end) = gate {
        pause(lane, until: end)
        continue
      }
      if let wait = wait(of: lane, now: now) {
        pause(lane, until: now + wait)
        continue
      }
      guard let next = lane.takeReady() else { continue }
      if gate == .probe { lane.health.begin(next.delivery.id) }
      countStart(of: lane, now: now)
      lane.inFlight += 1
      inFlight += 1
      enqueue(webhook, lane)
      if next.isReplay { noteReplayRoom(lane) }
      return (next.delivery, wantsClaim(lane, now: now) || wantsReplays(lane, now: now))
    }
    return nil
  }

  /// How long a lane has to wait until its limits let it begin an attempt; `nil` for not at all.
  private mutating func wait(of lane: Lane, now: Timestamp) -> Duration? {
    let own = lane.bucket?.wait(at: now)
    guard let receiver = lane.receiver, let shared = receivers.wait(receiver, at: now) else { return own }
    return own.map { max($0, shared) } ?? shared
  }

  private mutating func countStart(of lane: Lane, now: Timestamp) {
    lane.bucket?.owe(at: now)
    if let receiver = lane.receiver { receivers.count(receiver, at: now) }
  }

  private mutating func pause(_ lane: Lane, until end: Timestamp) {
    pauses &+= 1
    lane.pausedUntil = end
    lane.pauseNumber = pauses
    hasNewPause = true
  }

  /// An exchange has ended; its outcome, which takes `bytes` besides the payload, is still to be written.
  package mutating func finishExchange(_ webhook: WebhookID, bytes: Int = 0) {
    inFlight -= 1
    unrecorded += 1
    guard let lane = lanes[webhook] else { return }
    lane.inFlight -= 1
    lane.unrecorded += 1
    hold(lane, 0, bytes: bytes)
    enqueue(webhook, lane)
  }

  /// An outcome is on disk, and `bytes` of payload and outcome are free; `retryAt` is set when the delivery will be due again.
  ///
  /// - Returns: whether a claim should be looked for now: one was waiting for memory, or the new time is the first to come.
  package mutating func finishRecord(_ webhook: WebhookID, bytes: Int, retryAt: Timestamp?) -> Bool {
    unrecorded -= 1
    guard let lane = lanes[webhook] else { return isWaitingForRoom }
    lane.unrecorded -= 1
    hold(lane, -1, bytes: -bytes)
    let isEarlier = retryAt.map { due in lane.backlogDue.map { due < $0 } ?? true } ?? false
    if let retryAt { lane.noteBacklog(due: retryAt) }
    removeIfSpent(webhook, lane)
    return isWaitingForRoom || isEarlier
  }

  /// Starts nothing from now on, and gives back what waits in memory; to be followed by ``finishRelease()``.
  package mutating func drain() -> [DueDelivery] {
    isDraining = true
    isReleasing = true
    var waiting: [DueDelivery] = []
    for lane in lanes.values { waiting += evict(lane) }
    return waiting
  }

  /// The store has taken back what ``drain()`` gave, or will not.
  ///
  /// - Returns: whether nothing is under way any more.
  package mutating func finishRelease() -> Bool {
    isReleasing = false
    return isIdle
  }

  // MARK: Bounds

  /// Queues a lane that has something to start; one at its own cap is queued again when a request ends.
  private mutating func enqueue(_ webhook: WebhookID, _ lane: Lane) {
    guard !lane.isQueued, lane.hasReady, lane.inFlight < lane.maxInFlight, lane.pausedUntil == nil, !lane.health.isProbing else { return }
    lane.isQueued = true
    turn.append(webhook)
  }

  /// Forgets a deleted webhook's lane, which nothing counts on any more: whatever is held, under way or promised keeps it.
  private mutating func removeIfSpent(_ webhook: WebhookID, _ lane: Lane) {
    guard lane.isRetired, lane.held == 0, lane.backlogDue == nil, !lane.isClaiming, lane.replays.isSpent else { return }
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

  mutating func hold(_ lane: Lane, _ count: Int, bytes: Int) {
    held += count
    heldBytes += bytes
    lane.bytes += bytes
  }
}
