// One webhook's queue: what waits in memory, what is under way, and when the store has more.

import DequeModule
import TidehookCore

/// The deliveries of one webhook that this node holds. A lane never waits for another lane.
///
/// Confined to its ``Schedule``. A class, because each delivery touches its lane several times: as a value in a dictionary it would be looked up, and
/// copied, for each.
final class Lane {
  /// How many requests may be under way at once.
  var maxInFlight: Int
  /// Held deliveries that wait for their turn.
  var ready: Deque<DueDelivery> = []
  /// Its replays, which wait apart.
  var replays = ReplayQueue()
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
  /// Counts the attempts that may begin; `nil` for no limit.
  var bucket: TokenBucket?
  /// When a lane may begin an attempt again that has used up its limit; it stands in no queue until then.
  var pausedUntil: Timestamp?
  /// Counts the pauses of all lanes: those that end together go on in the order in which they began.
  var pauseNumber = 0
  /// The receiver whose agreed rate it keeps together with others.
  var receiver: DestinationURL?
  /// Whether its receiver can be sent to.
  var health = LaneHealth()
  /// Whether its webhook is inactive: nothing is to wait here.
  var isInactive = false
  /// Whether its webhook was deleted.
  var isRetired = false

  init(maxInFlight: Int) {
    self.maxInFlight = maxInFlight
  }

  /// Notes that the store has a delivery that nobody holds.
  func noteBacklog(due: Timestamp) { backlogDue = min(backlogDue ?? due, due) }

  /// When there is something to do for the lane, a claim or the end of a pause, that is not due yet.
  func nextWake(after now: Timestamp) -> Timestamp? {
    var next: Timestamp?
    for time in [backlogDue, replays.due, pausedUntil] {
      guard let time, time > now else { continue }
      next = min(next ?? time, time)
    }
    return next
  }

  /// Whether something waits for its turn: in memory, on its way there, or due in the store.
  func hasWaiting(at now: Timestamp) -> Bool {
    if !ready.isEmpty || !replays.ready.isEmpty || isClaiming || replays.isClaiming { return true }
    return [backlogDue, replays.due].contains { due in due.map { $0 <= now } ?? false }
  }

  /// Deliveries that take up memory on behalf of this lane.
  var held: Int { ready.count + replays.ready.count + inFlight + reserved + unrecorded }
}
