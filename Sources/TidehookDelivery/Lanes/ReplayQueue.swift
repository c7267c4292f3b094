// What a lane has of replays: they wait apart, so that they never stand before a first attempt or its retries.

import DequeModule
import TidehookCore

/// The replays of one webhook, as far as its lane knows of them.
struct ReplayQueue {
  /// Replays that this node holds; they start when the lane has nothing else that can.
  var ready: Deque<DueDelivery> = []
  /// When the store's first unclaimed replay is due, as far as is known.
  var due: Timestamp?
  /// Whether a claim of replays is under way. Unlike one of what else is due, it keeps no new event from being handed over in memory.
  var isClaiming = false
  /// How many ordered ones jobs made due that were not attempted since, as far as is known: those wait among what else is due.
  var ordered = 0

  /// Whether there is nothing in memory, nothing on its way there, and nothing known of in the store.
  var isSpent: Bool { ready.isEmpty && due == nil && !isClaiming }

  /// Notes that the store has one that nobody holds.
  mutating func note(due: Timestamp) { self.due = min(self.due ?? due, due) }

  /// Whether a job may make more of them due: the store has none waiting, and those in memory are soon used up.
  /// - Parameter cap: how many requests of the lane may be under way.
  func hasRoom(cap: Int) -> Bool { due == nil && !isClaiming && ready.count + ordered < cap }
}

extension Lane {
  /// Whether there is something to start. Replays wait while what else is due is being claimed: it goes first.
  var hasReady: Bool { !ready.isEmpty || (!replays.ready.isEmpty && !isClaiming) }

  /// Whether a job may make more of its deliveries due.
  var hasRoomForReplays: Bool { replays.hasRoom(cap: maxInFlight) }

  /// Takes what starts next: replays come last.
  func takeReady() -> (delivery: DueDelivery, isReplay: Bool)? {
    if let delivery = ready.popFirst() { return (delivery, false) }
    guard !isClaiming else { return nil }
    return replays.ready.popFirst().map { ($0, true) }
  }
}
