// What the lanes hold, as numbers.

package import TidehookCore

/// How full the lanes are at one moment.
package struct ScheduleStanding: Equatable {
  /// Webhooks that have a lane.
  package var lanes: Int
  /// Lanes that have used up their rate limit.
  package var paused = 0
  /// Deliveries in memory, promised places included.
  package var held: Int
  /// Bytes held for them.
  package var heldBytes: Int
  /// The requests under way of each webhook that has any.
  package var inFlight: [WebhookID: Int] = [:]

  /// Makes a standing without requests.
  init(lanes: Int, held: Int, heldBytes: Int) {
    self.lanes = lanes
    self.held = held
    self.heldBytes = heldBytes
  }
}
