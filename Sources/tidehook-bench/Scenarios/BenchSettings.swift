// What a run may vary; the defaults are those of the published figures.

/// The settings of one run.
struct BenchSettings {
  /// The product's binary.
  var binary: String
  /// Where temporary data folders are made.
  var dataParent: String
  /// Load before measuring, in seconds.
  var warmup: Double
  /// The measured window, in seconds.
  var duration: Double
  /// How often every scenario runs.
  var rounds: Int
  /// Publishing connections with one event per request.
  var singleConnections = 256
  /// Publishing connections with a batch per request.
  var batchConnections = 8
  /// Events in a batch.
  var batchSize = 100
  /// Requests under way at once, for each webhook.
  var inFlight = 64
  /// Deliveries that may be outstanding while a rate is measured.
  var outstanding = 5000
  /// Deliveries of the dead receiver scenario.
  var pending: Int
  /// Calls of the script scenario.
  var scriptCalls: Int

  /// The load that finds the highest rate that lasts.
  func plan(_ shape: RequestShape, copies: Int, pace: Pace) -> LoadPlan {
    LoadPlan(
      shape: shape, batchSize: batchSize, connections: shape == .single ? singleConnections : batchConnections, copies: copies, pace: pace,
      warmup: warmup, duration: duration)
  }
}
