// What the schedule does about replays: it learns of them, claims them, and says when there is room for more.

package import TidehookCore

extension Schedule {
  /// Notes that the store has a replay of this webhook that nobody holds.
  package mutating func noteReplays(_ webhook: WebhookID, due: Timestamp) {
    lane(of: webhook).replays.note(due: due)
  }

  /// Notes that a job made so many deliveries due that are part of an order.
  package mutating func noteOrderedReplays(_ webhook: WebhookID, _ count: Int) { lanes[webhook]?.replays.ordered += count }

  /// Notes that an ordered replay was attempted: a job may make another one due.
  package mutating func finishOrderedReplay(_ webhook: WebhookID) {
    guard let lane = lanes[webhook], lane.replays.ordered > 0 else { return }
    lane.replays.ordered -= 1
    noteReplayRoom(lane)
  }

  /// Whether a job may make more deliveries of this webhook due.
  package func hasRoomForReplays(_ webhook: WebhookID) -> Bool { lanes[webhook]?.hasRoomForReplays ?? true }

  /// Whether a lane got room for replays since the last call.
  package mutating func takeReplayRoom() -> Bool {
    defer { hasReplayRoom = false }
    return hasReplayRoom
  }

  /// Whether a lane should be given replays from the store: it has nothing else to start, and few of them.
  func wantsReplays(_ lane: Lane, now: Timestamp) -> Bool {
    guard let due = lane.replays.due, due <= now, !lane.replays.isClaiming, lane.ready.isEmpty else { return false }
    return lane.replays.ready.count <= min(lane.maxInFlight, limits.heldPerLane / 8)
  }

  /// The claims of replays to make now. Each takes at most half of the room that its lane has: the rest is for new events.
  mutating func startReplayClaims(now: Timestamp) -> [ClaimOrder] {
    var claims: [ClaimOrder] = []
    for (webhook, lane) in lanes where wantsReplays(lane, now: now) {
      let limit = min(room(in: lane) / 2, limits.heldPerLane / 4, LaneLimits.claimed / 2)
      let order = ClaimOrder(webhook: webhook, limit: limit, maxBytes: byteRoom(in: lane) / 2, areReplays: true)
      guard order.limit > 0, order.maxBytes > 0 else {
        isWaitingForRoom = true
        continue
      }
      lane.replays.isClaiming = true
      lane.replays.due = nil
      promise(order, to: lane)
      claims.append(order)
    }
    return claims
  }

  /// Takes in what a claim of replays brought.
  mutating func finishReplayClaim(_ lane: Lane, _ claim: Claim?, retryAt: Timestamp) {
    lane.replays.isClaiming = false
    for delivery in claim?.deliveries ?? [] {
      hold(lane, 1, bytes: delivery.heldBytes)
      lane.replays.ready.append(delivery)
    }
    if let due = claim == nil ? retryAt : claim?.nextDue { lane.replays.note(due: due) }
    noteReplayRoom(lane)
  }

  /// Remembers that a lane has room for replays, for whoever makes them due.
  mutating func noteReplayRoom(_ lane: Lane) {
    hasReplayRoom = hasReplayRoom || lane.hasRoomForReplays
  }
}
