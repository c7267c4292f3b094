// The command that people run: options, the order of scenarios, and what is printed when.

import ArgumentParser
import Glibc

/// `tidehook-bench`: runs the scenarios and prints what they found.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "measure", abstract: "Run the scenarios (the default).")

  @Option(help: "The tidehook binary; by default the one beside this program.")
  var binary: String?

  @Option(help: "Where temporary data folders are made; choose the kind of disk that will be used.")
  var dataParent = "/var/tmp"

  @Option(help: "Run only scenarios whose name begins with this; repeat it for more.")
  var only: [String] = []

  @Option(help: "Seconds that each rate is measured.")
  var duration: Double?

  @Option(help: "How often the scenarios run, one after the other; the medians are shown.")
  var rounds: Int?

  @Flag(help: "One round of short phases of 2 s, 30 000 pending deliveries, a million script calls: a smoke test, not figures to publish.")
  var quick = false

  @Flag(help: "Print the scenarios' names and stop.")
  var list = false

  @Option(help: "Also write the figures to this file as JSON.")
  var json: String?

  @Option(help: "Also write the figures into this Markdown file, between its two marks.")
  var markdown: String?

  func run() throws {
    if list { return Self.names.forEach { print($0) } }
    Interrupt.install()
    let report = try measure()
    print(text(of: report))
    if let json { try TextFile.write(JSONText.report(report), to: json) }
    if let markdown { try MarkdownFile.update(markdown, with: report) }
    if !report.failures.isEmpty { throw ExitCode.failure }
  }

  private static let pendingName = "pending"
  private static let scriptsName = "scripts"
  private static let consoleName = "console"
  private static var names: [String] { Scenario.all.map(\.name) + [scriptsName, consoleName, pendingName] }

  private func measure() throws -> Report {
    let settings = BenchSettings(
      binary: try binary ?? Self.sibling("tidehook"), dataParent: dataParent, warmup: quick ? 1 : 2, duration: duration ?? (quick ? 2 : 5),
      rounds: max(1, rounds ?? (quick ? 1 : 3)), pending: quick ? 30_000 : 300_000,
      scriptCalls: quick ? 1_000_000 : 10_000_000)
    var report = Report(machine: try Machine(dataParent: dataParent), settings: settings)
    let runner = try ScenarioRunner(settings, cores: report.machine.cores)
    // First, while this process is small: its own memory is among the figures.
    if isChosen(Self.scriptsName) {
      try attempt(Self.scriptsName, &report) { $0.scripts = try runner.runScripts() }
    }
    for _ in 0..<settings.rounds {
      for scenario in Scenario.all where isChosen(scenario.name) {
        try attempt(scenario.name, &report) { $0.add(try runner.run(scenario)) }
      }
    }
    if isChosen(Self.consoleName) {
      try attempt(Self.consoleName, &report) { $0.console = try runner.runConsole() }
    }
    if isChosen(Self.pendingName) {
      try attempt(Self.pendingName, &report) { $0.pending = try runner.runPending() }
    }
    return report
  }

  /// Runs one scenario; one that fails does not keep the others from running.
  private func attempt(_ name: String, _ report: inout Report, _ body: (inout Report) throws -> Void) throws {
    try Interrupt.check()
    TextFile.note("running \(name)")
    do {
      try body(&report)
    } catch let error as BenchError {
      TextFile.note("\(name) failed: \(error)")
      report.failures.append((name, error.description))
    }
  }

  private func isChosen(_ name: String) -> Bool { only.isEmpty || only.contains { name.hasPrefix($0) } }

  private func text(of report: Report) -> String {
    var parts = [ReportTable.machine(report.machine).aligned]
    if report.machine.isInMemory { parts.append("The data folder is in memory: commits cost nothing here, figures are too good.") }
    parts.append(ReportTable.scenarios(report).aligned)
    if let scripts = report.scripts { parts.append(ReportTable.scripts(scripts).aligned) }
    if let console = report.console { parts.append(ReportTable.console(console).aligned) }
    if let pending = report.pending { parts.append(ReportTable.pending(pending).aligned) }
    parts += report.failures.map { "\($0.scenario) failed: \($0.reason)" }
    return parts.joined(separator: "\n\n")
  }

  private static func sibling(_ name: String) throws -> String {
    guard let path = realpath("/proc/self/exe", nil) else { throw BenchError.system("finding this program") }
    defer { free(path) }
    let own = String(cString: path)
    return own.prefix(upTo: own.lastIndex(of: "/") ?? own.endIndex) + "/" + name
  }
}
