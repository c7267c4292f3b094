// How much of this node one lane, and all lanes together, may take.

/// Bounds on what is held in memory and under way.
///
/// When three quarters of a shared bound are used, it is scarce: a lane then gets no more than its small share, so that hanging receivers
/// never take everything. Beyond the bound on requests there is a last quarter for lanes that have none under way.
public struct LaneLimits: Sendable {
  /// Deliveries held in memory, over all lanes.
  public var held: Int
  /// Deliveries held in memory by one lane.
  public var heldPerLane: Int
  /// Requests under way, over all lanes.
  public var inFlight: Int
  /// Payload bytes held in memory, over all lanes. One lane holds a sixteenth of it, or a single larger delivery.
  public var bytes: Int

  /// Makes limits. A held delivery takes some 1.5 KB besides its payload: with the defaults all of them together take 160 MB at most, however long
  /// the queues are.
  public init(held: Int = 60_000, heldPerLane: Int = 6_000, inFlight: Int = 4_096, bytes: Int = 64 << 20) {
    self.held = held
    self.heldPerLane = heldPerLane
    self.inFlight = inFlight
    self.bytes = bytes
  }

  /// How many deliveries one write claims, or gives back, at most, replays half as many: few enough for others not to notice that the store is busy
  /// with it.
  static let claimed = 1_000
  /// What a lane may hold when places are scarce.
  package static let scarceHeld = 16
  /// What a lane may hold when bytes are scarce.
  static let scarceBytes = 64 << 10
  /// What a lane may have under way when requests are scarce.
  static let scarceInFlight = 4
}
