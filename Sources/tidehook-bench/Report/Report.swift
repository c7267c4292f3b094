// Everything that one run found, and the machine it ran on.

/// One run's findings.
struct Report {
  let machine: Machine
  let settings: BenchSettings
  /// Every scenario of every round, as it ran.
  private var runs: [Outcome] = []
  var pending: PendingOutcome?
  var console: ConsoleOutcome?
  var scripts: ScriptOutcome?
  /// Scenarios that could not be finished, with the reason.
  var failures: [(scenario: String, reason: String)] = []

  /// Starts an empty report.
  init(machine: Machine, settings: BenchSettings) {
    self.machine = machine
    self.settings = settings
  }

  /// Adds a scenario's findings, with the ratio to its floor if that has run: the one just before it, while the machine was as quick.
  mutating func add(_ outcome: Outcome) {
    var outcome = outcome
    if let floor = runs.last(where: { $0.scenario.name == outcome.scenario.floor }), floor.rate > 0 {
      outcome.ratioToFloor = outcome.rate / floor.rate
    }
    runs.append(outcome)
  }

  /// One outcome for each scenario: of several rounds that with the median rate, and with the median of all that varies by itself.
  var outcomes: [Outcome] {
    var names: [String] = []
    for run in runs where !names.contains(run.scenario.name) { names.append(run.scenario.name) }
    return names.compactMap { name in Outcome.median(of: runs.filter { $0.scenario.name == name }) }
  }
}
