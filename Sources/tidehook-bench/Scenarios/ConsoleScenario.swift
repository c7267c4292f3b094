// What an open console costs deliveries: the same load with and without one, by turns.

/// CPU of the server per delivery, in microseconds, without a console and with one, of each round.
struct ConsoleCost {
  private var rounds: [(closed: Double, open: Double)] = []
  /// Deliveries received per second, of the last round without a console.
  private(set) var deliveriesPerSecond = 0.0

  /// Adds a round.
  mutating func add(closed: LoadResult, open: LoadResult) {
    rounds.append((Self.microseconds(closed), Self.microseconds(open)))
    deliveriesPerSecond = closed.receivedPerSecond
  }

  /// The median without a console.
  var closed: Double { Self.median(rounds.map(\.closed)) }
  /// The median with one.
  var open: Double { Self.median(rounds.map(\.open)) }
  /// How much more the rounds took with one, the median of them: 0.01 is a hundredth more.
  var increase: Double { Self.median(rounds.map { $0.open / max($0.closed, 0.001) - 1 }) }
  /// How far the rounds without a console are apart, as a fraction of their median: what the increase cannot be told from.
  var noise: Double {
    guard let least = rounds.map(\.closed).min(), let most = rounds.map(\.closed).max() else { return 0 }
    return (most - least) / max(closed, 0.001)
  }

  private static func microseconds(_ result: LoadResult) -> Double { result.gatewayCPU * 1e6 / Double(max(1, result.received)) }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// What the scenario found.
struct ConsoleOutcome {
  /// At a thousand events per second.
  var steady = ConsoleCost()
  /// At the highest rate that lasts.
  var full = ConsoleCost()
  /// How many bytes the tail said in all.
  var tailBytes = 0
}

/// Runs the same load with the console open and closed.
struct ConsoleScenario {
  let settings: BenchSettings
  let loop: LoadLoop
  let folder: TemporaryFolder
  let receiver: UInt16

  private static let steadyRate = 1000.0

  /// Runs it to its end.
  func run() throws -> ConsoleOutcome {
    let gateway = try Gateway.product(settings.binary, in: folder)
    defer { gateway.process.stop() }
    try gateway.addWebhook(port: receiver, members: #","max_in_flight":\#(settings.inFlight)"#)
    var outcome = ConsoleOutcome()
    let steady = settings.plan(.single, copies: 1, pace: .open(eventsPerSecond: Self.steadyRate))
    let full = settings.plan(.single, copies: 1, pace: .closed(outstanding: settings.outstanding))
    for round in 0..<settings.rounds {
      try compare(steady, gateway, round, &outcome, \.steady)
      try compare(full, gateway, round, &outcome, \.full)
    }
    return outcome
  }

  /// Measures both, every second time in the other order: what changes with time is then nobody's advantage.
  private func compare(
    _ plan: LoadPlan, _ gateway: Gateway, _ round: Int, _ outcome: inout ConsoleOutcome,
    _ cost: WritableKeyPath<ConsoleOutcome, ConsoleCost>
  ) throws {
    let opensFirst = !round.isMultiple(of: 2)
    let first = try measure(plan, gateway, isOpen: opensFirst, &outcome)
    let second = try measure(plan, gateway, isOpen: !opensFirst, &outcome)
    outcome[keyPath: cost].add(closed: opensFirst ? second : first, open: opensFirst ? first : second)
  }

  private func measure(_ plan: LoadPlan, _ gateway: Gateway, isOpen: Bool, _ outcome: inout ConsoleOutcome) throws -> LoadResult {
    let console = isOpen ? try OpenConsole(port: gateway.port, key: gateway.key) : nil
    let result = Result { try loop.run(plan, port: gateway.port, key: gateway.key) { try gateway.process.cpuSeconds() } }
    outcome.tailBytes += try console?.close() ?? 0
    return try result.get()
  }
}
