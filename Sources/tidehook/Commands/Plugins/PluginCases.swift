// Runs the cases of plugins, and says of each what went wrong.

import TidehookCore
import TidehookScripting

/// The cases of many plugins.
enum PluginCases {
  /// How much of a value a line of a problem shows, in characters.
  private static let shownLength = 100

  /// Runs every case of every plugin, in order.
  static func run(_ targets: [PluginTarget], with runtime: LuaRuntime) async -> [TestRecord] {
    let tester = PluginTester(runtime: runtime)
    var records: [TestRecord] = []
    for target in targets { records += self.records(of: await tester.test(target.name, in: target.folder), target) }
    return records
  }

  /// A plugin whose cases cannot run is a case that fails; one that has none is a case that is skipped.
  private static func records(of report: PluginTestReport, _ target: PluginTarget) -> [TestRecord] {
    let file = target.path(of: PluginTester.file)
    if let problem = report.problem {
      let details = "\(problem)\n" + (texts(of: target).excerpt(of: problem, for: nil) ?? "")
      let outcome = TestRecord.Outcome.failed(problems: [problem], details: details)
      return [TestRecord(plugin: target.name, name: "its cases run", file: file, seconds: 0, outcome: outcome)]
    }
    guard !report.results.isEmpty else {
      return [TestRecord(plugin: target.name, name: "its cases run", file: file, seconds: 0, outcome: .skipped("it has no cases"))]
    }
    return report.results.map { result in
      let outcome: TestRecord.Outcome =
        result.passed ? .passed : .failed(problems: result.differences.map(problem), details: details(of: result, target))
      let seconds = result.usage.cpuTime.inMicroseconds / 1e6
      return TestRecord(plugin: target.name, name: result.name, file: file, seconds: seconds, outcome: outcome)
    }
  }

  /// `body.text: expected "a", got "b"`
  private static func problem(_ difference: CaseDifference) -> String {
    if let failure = failure(difference) { return "it failed: \(failure)" }
    return "\(place(of: difference)): expected \(shown(difference.expected)), got \(shown(difference.got))"
  }

  /// The message of an error that no one expected.
  private static func failure(_ difference: CaseDifference) -> String? {
    difference.member == "error" && difference.expected == nil ? difference.got?.stringValue : nil
  }

  private static func place(of difference: CaseDifference) -> String {
    guard !difference.path.isEmpty else { return difference.member }
    return difference.member + (difference.path.hasPrefix("[") ? "" : ".") + difference.path
  }

  private static func shown(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    let text = String(decoding: value.bytes, as: UTF8.self)
    return text.count <= shownLength ? text : text.prefix(shownLength) + "…"
  }

  /// The differences line by line, the place of an error in its script, and what the plugin printed.
  private static func details(of result: CaseResult, _ target: PluginTarget) -> String {
    var details = ""
    for difference in result.differences {
      if let failure = failure(difference) {
        details += "it failed: \(failure)\n" + (texts(of: target).excerpt(of: failure, for: nil) ?? "")
      } else {
        details += place(of: difference) + "\n" + lines(of: difference)
      }
    }
    return result.log.isEmpty ? details : details + "log\n" + result.log.split(separator: "\n").map { "  \($0)\n" }.joined()
  }

  private static func lines(of difference: CaseDifference) -> String {
    let lines: [DiffLine] =
      switch (difference.expected, difference.got) {
      case (let expected?, let got?): JSONDiff(from: expected, to: got).lines
      case (let expected, let got):
        [(expected, DiffLine.Mark.removed), (got, .added)].flatMap { value, mark in
          value.map { JSONLayout.text($0).split(separator: "\n").map { DiffLine(mark: mark, text: String($0)) } } ?? []
        }
      }
    return DiffView.text(lines, terminal: nil)
  }

  private static func texts(of target: PluginTarget) -> ScriptTexts {
    var texts = ScriptTexts()
    texts.add((try? target.folder.files(of: target.name).texts) ?? [:])
    return texts
  }
}
