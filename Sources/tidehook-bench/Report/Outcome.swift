// What one scenario found, reduced to the figures that are published.

/// The figures of one load scenario.
struct Outcome {
  let scenario: Scenario
  /// Events answered 202, per second.
  let acceptedPerSecond: Double
  /// Deliveries received, per second; `nil` when only accepting was measured.
  let deliveredPerSecond: Double?
  /// CPU of the server per delivery (per event when only accepting), in microseconds; `nil` without a server.
  let gatewayCPUMicroseconds: Double?
  /// CPU of generator and receiver per delivery (or event), in microseconds.
  let ownCPUMicroseconds: Double
  /// The part of the machine's CPU time that other programs had while the rate was measured, 0...1: a measure of disturbance.
  let otherCPUShare: Double
  /// The rate, as a fraction of the floor's; set when all have run.
  var ratioToFloor: Double?
  /// Latency at half of the rate, and that rate in events per second.
  var latency: (summary: LatencySummary, eventsPerSecond: Double)?
  /// Size of the data folder after the server stopped, per delivery.
  var bytesPerDelivery: Double?
  /// The most memory that was resident, in bytes.
  var peakResidentBytes: Int?
  /// Deliveries that never arrived.
  private(set) var missing: Int
  /// Deliveries that arrived more than once.
  private(set) var duplicates: Int

  /// Reduces the result of the phase that found the rate.
  init(_ scenario: Scenario, _ result: LoadResult, cores: Int) {
    self.scenario = scenario
    let isAccepting = if case .accepting = scenario.subject { true } else { false }
    let isGenerator = if case .generator = scenario.subject { true } else { false }
    let units = Double(max(1, isAccepting ? result.accepted : result.received))
    acceptedPerSecond = result.acceptedPerSecond
    deliveredPerSecond = isAccepting ? nil : result.receivedPerSecond
    gatewayCPUMicroseconds = isGenerator ? nil : result.gatewayCPU * 1e6 / units
    ownCPUMicroseconds = result.ownCPU * 1e6 / units
    otherCPUShare = result.otherCPU / (result.seconds * Double(cores))
    missing = result.missing
    duplicates = result.duplicates
  }

  /// Adds the phase that ran on a schedule.
  mutating func addLatency(_ result: LoadResult) {
    latency = result.latency.map { ($0, result.acceptedPerSecond) }
    missing += result.missing
    duplicates += result.duplicates
  }

  /// What the ratio to the floor compares.
  var rate: Double { deliveredPerSecond ?? acceptedPerSecond }

  /// The middle one of several runs of a scenario; nothing that was lost in another is forgotten.
  static func median(of runs: [Outcome]) -> Outcome? {
    guard var middle = median(runs, by: \.rate) else { return nil }
    middle.ratioToFloor = median(runs.compactMap(\.ratioToFloor), by: \.self)
    middle.latency = median(runs.compactMap(\.latency), by: \.summary.p99)
    middle.missing = runs.reduce(0) { $0 + $1.missing }
    middle.duplicates = runs.reduce(0) { $0 + $1.duplicates }
    return middle
  }

  private static func median<Element, Key: Comparable>(_ elements: [Element], by key: (Element) -> Key) -> Element? {
    let sorted = elements.sorted { key($0) < key($1) }
    return sorted.isEmpty ? nil : sorted[sorted.count / 2]
  }
}
