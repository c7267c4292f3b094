// Many deliveries that cannot be made: how much memory they take, and how soon a restarted server is ready.

/// What the dead receiver scenario found.
struct PendingOutcome {
  /// Deliveries that are pending.
  var deliveries: Int
  /// Events accepted per second while attempts fail.
  var acceptedPerSecond: Double
  /// The most memory that was resident, in bytes, until the first attempts were over.
  var peakResidentBytes: Int
  /// The data folder's size after that, in bytes.
  var dataBytes: Int
  /// From start to readiness after `kill -9`, in seconds.
  var readyAfterKillSeconds: Double
  /// From start to readiness after SIGTERM, in seconds.
  var readyAfterStopSeconds: Double
  /// The most memory that was resident after the restart, in bytes.
  var restartedPeakResidentBytes: Int
}

/// Publishes to a webhook whose port is closed, with retries an hour away.
struct PendingScenario {
  let settings: BenchSettings
  let loop: LoadLoop
  let folder: TemporaryFolder

  /// Runs it to its end.
  func run() throws -> PendingOutcome {
    var gateway = try Gateway.product(settings.binary, in: folder)
    defer { gateway.process.stop() }
    try gateway.addWebhook(port: try Self.closedPort(), members: Self.patience)
    let load = try publish(to: gateway)
    try gateway.settle(loop)
    let peak = try gateway.process.peakResidentBytes()
    let size = folder.size(of: "data")

    gateway.process.stop(grace: 0)
    gateway = try Gateway.product(settings.binary, in: folder)
    try gateway.checkReady()
    let afterKill = gateway.readySeconds
    try gateway.settle(loop)
    let restartedPeak = try gateway.process.peakResidentBytes()

    gateway.process.stop()
    gateway = try Gateway.product(settings.binary, in: folder)
    try gateway.checkReady()
    return PendingOutcome(
      deliveries: load.accepted, acceptedPerSecond: load.acceptedPerSecond, peakResidentBytes: peak, dataBytes: size,
      readyAfterKillSeconds: afterKill, readyAfterStopSeconds: gateway.readySeconds, restartedPeakResidentBytes: restartedPeak)
  }

  private static let patience =
    #","max_in_flight":64,"retry":{"max_retries":10,"initial_delay_secs":3600,"multiplier":1,"max_delay_secs":3600,"jitter":0}"#

  private func publish(to gateway: Gateway) throws -> LoadResult {
    var plan = settings.plan(.batch, copies: 0, pace: .closed(outstanding: .max))
    plan.warmup = 0
    plan.duration = 120
    plan.eventLimit = settings.pending
    let load = try loop.run(plan, port: gateway.port, key: gateway.key) { try gateway.process.cpuSeconds() }
    guard load.accepted >= settings.pending else { throw BenchError("only \(load.accepted) of \(settings.pending) events were accepted") }
    return load
  }

  /// A port on which nothing listens.
  private static func closedPort() throws -> UInt16 {
    let socket = try Socket.listening()
    defer { socket.close() }
    return socket.port
  }
}
