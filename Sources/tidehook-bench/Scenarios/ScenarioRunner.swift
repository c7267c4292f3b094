// Runs one scenario: a fresh server on a fresh folder, the load, and what the server cost.

/// Runs load scenarios.
final class ScenarioRunner {
  private let settings: BenchSettings
  private let cores: Int
  private let loop: LoadLoop
  private let receivers: [UInt16]
  /// Connections to it are never accepted, so that a request to it waits until it times out.
  private let silent: Socket

  /// Opens the receivers, one for each webhook of the widest scenario.
  init(_ settings: BenchSettings, cores: Int) throws {
    self.settings = settings
    self.cores = cores
    let loop = try LoadLoop()
    self.loop = loop
    receivers = try (0..<10).map { _ in try loop.addReceiver() }
    silent = try Socket.listening()
  }

  deinit {
    silent.close()
  }

  /// Runs a scenario to its end.
  func run(_ scenario: Scenario) throws -> Outcome {
    switch scenario.subject {
    case .generator: try runGenerator(scenario)
    case .floor, .endToEnd: try TemporaryFolder.with(in: settings.dataParent) { try runEndToEnd(scenario, in: $0) }
    case .accepting: try TemporaryFolder.with(in: settings.dataParent) { try runAccepting(scenario, in: $0) }
    }
  }

  /// Runs the scenario of the dead receiver.
  func runPending() throws -> PendingOutcome {
    try TemporaryFolder.with(in: settings.dataParent) { try PendingScenario(settings: settings, loop: loop, folder: $0).run() }
  }

  /// Runs the scenario of the open console.
  func runConsole() throws -> ConsoleOutcome {
    try TemporaryFolder.with(in: settings.dataParent) {
      try ConsoleScenario(settings: settings, loop: loop, folder: $0, receiver: receivers[0]).run()
    }
  }

  /// Runs the scenario of scripts alone, and of many scripts.
  func runScripts() throws -> ScriptOutcome {
    try TemporaryFolder.with(in: settings.dataParent) {
      try ScriptScenario(settings: settings, loop: loop, folder: $0, receivers: receivers).run()
    }
  }

  private func runGenerator(_ scenario: Scenario) throws -> Outcome {
    let plan = settings.plan(scenario.shape, copies: 1, pace: .closed(outstanding: settings.outstanding))
    return Outcome(scenario, try loop.run(plan, port: receivers[0], key: "none") { 0 }, cores: cores)
  }

  private func runEndToEnd(_ scenario: Scenario, in folder: TemporaryFolder) throws -> Outcome {
    let gateway = try startGateway(scenario, in: folder)
    defer { gateway.process.stop() }
    let plan = settings.plan(scenario.shape, copies: scenario.webhooks, pace: .closed(outstanding: settings.outstanding))
    let rate = try measure(plan, gateway)
    var outcome = Outcome(scenario, rate, cores: cores)
    var delivered = rate.totalReceived
    if scenario.measuresLatency {
      let half = settings.plan(scenario.shape, copies: scenario.webhooks, pace: .open(eventsPerSecond: rate.acceptedPerSecond / 2))
      let result = try measure(half, gateway)
      outcome.addLatency(result)
      delivered += result.totalReceived
    }
    outcome.peakResidentBytes = try gateway.process.peakResidentBytes()
    gateway.process.stop()
    if case .endToEnd = scenario.subject { outcome.bytesPerDelivery = Double(folder.size(of: "data")) / Double(max(1, delivered)) }
    return outcome
  }

  private func runAccepting(_ scenario: Scenario, in folder: TemporaryFolder) throws -> Outcome {
    let gateway = try Gateway.product(settings.binary, in: folder)
    defer { gateway.process.stop(grace: 0) }
    try gateway.addWebhook(port: silent.port, members: #","max_in_flight":1,"timeout_secs":60"#)
    let plan = settings.plan(scenario.shape, copies: 0, pace: .closed(outstanding: .max))
    var outcome = Outcome(scenario, try measure(plan, gateway), cores: cores)
    outcome.peakResidentBytes = try gateway.process.peakResidentBytes()
    return outcome
  }

  private func startGateway(_ scenario: Scenario, in folder: TemporaryFolder) throws -> Gateway {
    let targets = Array(receivers.prefix(scenario.webhooks))
    if case .floor = scenario.subject { return try Gateway.floor(targets: targets, inFlight: settings.inFlight, in: folder) }
    let gateway = try Gateway.product(settings.binary, in: folder)
    let script = scenario.script.map { #","script":\#(JSONText.string($0))"# } ?? ""
    for target in targets { try gateway.addWebhook(port: target, members: #","max_in_flight":\#(settings.inFlight)\#(script)"#) }
    return gateway
  }

  private func measure(_ plan: LoadPlan, _ gateway: Gateway) throws -> LoadResult {
    try loop.run(plan, port: gateway.port, key: gateway.key) { try gateway.process.cpuSeconds() }
  }
}
