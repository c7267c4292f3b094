// Everything that one run found, and the machine it ran on.

/// One run's findings.
struct Report {
  let machine: Machine
  let settings: BenchSettings
  private(set) var outcomes: [Outcome] = []
  var pending: PendingOutcome?
  /// Scenarios that could not be finished, with the reason.
  var failures: [(scenario: String, reason: String)] = []

  /// Starts an empty report.
  init(machine: Machine, settings: BenchSettings) {
    self.machine = machine
    self.settings = settings
  }

  /// Adds a scenario's findings, with the ratio to its floor if that has run.
  mutating func add(_ outcome: Outcome) {
    var outcome = outcome
    if let floor = outcomes.first(where: { $0.scenario.name == outcome.scenario.floor }), floor.rate > 0 {
      outcome.ratioToFloor = outcome.rate / floor.rate
    }
    outcomes.append(outcome)
  }
}
