// Collects dry runs and tells of them: at once to people, at the end to programs.

import ArgumentParser
import TidehookCore

/// What `plugins run` prints.
struct TrialReport {
  private let view: TrialView
  private let isJSON: Bool
  private var results: [JSONValue] = []
  private var summary = TrialSummary()

  /// Makes a report.
  /// - Parameter texts: the scripts, to show lines that failed.
  init(texts: ScriptTexts, json: Bool) {
    view = TrialView(terminal: Terminal.standardOutput, texts: texts)
    isJSON = json
  }

  /// Takes one of a dry run's `results`, and the event's envelope.
  mutating func add(_ result: JSONValue, event: JSONValue) {
    summary.add(result)
    if isJSON { results.append(result) } else { view.write(result, event: event) }
  }

  /// Notes why the server ended early.
  mutating func noteStop(_ reason: JSONValue?) {
    if let reason, reason != .null { summary.stopped = reason }
  }

  /// Tells the sum; the command fails when an event failed, so that scripts notice.
  func finish() throws {
    if isJSON {
      let answer: JSONValue = ["results": .array(results), "summary": summary.json]
      Terminal.standardOutput.writeLine(answer.bytes)
    } else {
      summary.write(to: Terminal.standardOutput)
    }
    if summary.errors > 0 { throw ExitCode(CommandFailure.Status.refused.rawValue) }
  }
}
