// What a load phase does, and what it found.

/// When requests are sent.
enum Pace {
  /// As fast as answers come, but never with more deliveries outstanding than this: measures a rate that lasts, not a growing queue.
  case closed(outstanding: Int)
  /// On a fixed schedule of so many events per second, whatever comes back; latency counts from the scheduled time.
  case open(eventsPerSecond: Double)
}

/// One load phase.
struct LoadPlan {
  var shape: RequestShape
  var batchSize: Int
  /// Keep-alive connections that publish.
  var connections: Int
  /// How often each event is to arrive; 0 when only accepting is measured.
  var copies: Int
  var pace: Pace
  /// Load before measuring, in seconds.
  var warmup: Double
  /// The longest time that is measured, in seconds.
  var duration: Double
  /// Publish no more than this.
  var eventLimit = Int.max
}

/// What a load phase found; counts and CPU are those of the measured window.
struct LoadResult {
  /// How long the window was, in seconds.
  var seconds: Double
  /// Events answered 202.
  var accepted: Int
  /// Deliveries received.
  var received: Int
  /// CPU time of the gateway's process, user and system, in seconds.
  var gatewayCPU: Double
  /// CPU time of this process: generator and receiver together, in seconds.
  var ownCPU: Double
  /// CPU time of everything else on the machine, in seconds.
  var otherCPU: Double
  /// From publish to receipt.
  var latency: LatencySummary?
  /// Deliveries of the whole phase, warm-up and draining included.
  var totalReceived: Int
  /// Events published in the whole phase.
  var totalPublished: Int
  /// Deliveries that did not arrive in the time that draining may take.
  var missing: Int
  /// Deliveries that arrived more than once.
  var duplicates: Int

  var acceptedPerSecond: Double { Double(accepted) / seconds }
  var receivedPerSecond: Double { Double(received) / seconds }
}
