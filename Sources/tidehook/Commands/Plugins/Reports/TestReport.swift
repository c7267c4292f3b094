// Shows the results of cases to people and to programs.

import TidehookCore

/// The results in the forms that are not a standard's.
enum TestReport {
  /// A line for each plugin, what went wrong below it, and the sum.
  static func write(_ records: [TestRecord], to terminal: Terminal) {
    var plugins: [String] = []
    for record in records where plugins.last != record.plugin { plugins.append(record.plugin) }
    let width = plugins.reduce(0) { max($0, $1.count) }
    if TestTally(records).failed > 0 { terminal.write("- is what a case expects, + is what came\n") }
    for plugin in plugins {
      let own = records.filter { $0.plugin == plugin }
      let margin = String(repeating: " ", count: width - plugin.count)
      terminal.write("\(terminal.styled(plugin, .bold))\(margin)  \(counts(TestTally(own), terminal))\n")
      for record in own {
        if case .failed(_, let details) = record.outcome { write(record.name, details, to: terminal) }
      }
    }
    let tally = TestTally(records)
    let subject = "\(tally.cases) \(tally.cases == 1 ? "case" : "cases") of \(tally.plugins) \(tally.plugins == 1 ? "plugin" : "plugins")"
    terminal.write("\n\(subject): \(counts(tally, terminal))\n")
  }

  /// Everything as JSON.
  static func json(_ records: [TestRecord]) -> JSONValue {
    let tally = TestTally(records)
    let results = records.map { record -> JSONValue in
      [
        "plugin": .string(record.plugin), "name": .string(record.name), "file": .string(record.file),
        "passed": .bool(record.problems.isEmpty && record.skipReason == nil),
        "duration_ms": .double((record.seconds * 1e6).rounded() / 1000), "problems": .array(record.problems.map { .string($0) }),
        "skipped": record.skipReason.map { .string($0) } ?? .null,
      ]
    }
    return [
      "plugins": .integer(Int64(tally.plugins)), "cases": .integer(Int64(tally.cases)), "failed": .integer(Int64(tally.failed)),
      "skipped": .integer(Int64(tally.skipped)), "results": .array(results),
    ]
  }

  private static func counts(_ tally: TestTally, _ terminal: Terminal) -> String {
    guard tally.cases > 0 else { return terminal.styled("no cases", .waiting) }
    let passed = terminal.styled("\(tally.passed) passed", tally.failed == 0 ? .good : .plain)
    return tally.failed == 0 ? passed : passed + ", " + terminal.styled("\(tally.failed) failed", .bad)
  }

  private static func write(_ name: String, _ details: String, to terminal: Terminal) {
    terminal.write("  " + terminal.styled("failed: \(SafeText.line(name))", .bad) + "\n")
    for line in details.split(separator: "\n") {
      let style: Style = line.hasPrefix("+ ") ? .good : line.hasPrefix("- ") ? .bad : .plain
      terminal.write("    " + terminal.styled(SafeText.line(String(line)), style) + "\n")
    }
  }
}
