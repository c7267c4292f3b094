// One webhook's queue: what waits in memory, what is under way, and when the store has more.

import DequeModule
import TidehookCore

/// The deliveries of one webhook that this node holds. A lane never waits for another lane.
struct Lane {
  /// How many requests may be under way at once.
  var maxInFlight: Int
  /// Held deliveries that wait for their turn.
  var ready: Deque<DueDelivery> = []
  /// Attempts under way.
  var inFlight = 0
  /// Places promised to deliveries that are being committed.
  var reserved = 0
  /// Outcomes that are being written.
  var unrecorded = 0
  /// Bytes held on behalf of this lane.
  var bytes = 0
  /// When the store's first unclaimed delivery is due, as far as is known.
  var backlogDue: Timestamp?
  /// Whether a claim is under way.
  var isClaiming = false
  /// Whether the lane stands in the queue of lanes that can start something.
  var isQueued = false
  /// Whether its webhook was deleted.
  var isRetired = false

  /// Deliveries that take up memory on behalf of this lane.
  var held: Int { ready.count + inFlight + reserved + unrecorded }
}
