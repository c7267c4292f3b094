// Shows what a pipeline did with events: stage by stage, then the difference of event and output, then the request.

import TidehookCore

/// The result of a dry run, for people.
struct TrialView {
  private let terminal: Terminal
  private let texts: ScriptTexts

  /// Makes a view.
  /// - Parameter texts: the scripts, to show lines that failed.
  init(terminal: Terminal, texts: ScriptTexts) {
    self.terminal = terminal
    self.texts = texts
  }

  /// Writes what became of one event.
  /// - Parameters:
  ///   - run: one of a dry run's `results`, as the API writes them.
  ///   - event: the event's envelope.
  func write(_ run: JSONValue, event: JSONValue) {
    let outcome = Self.words(for: run["outcome"]?.stringValue ?? "")
    let reason = run["reason"]?.stringValue.map { ": \(SafeText.line($0))" } ?? ""
    let type = SafeText.line(event["event"]?.stringValue ?? "")
    let id = terminal.styled(SafeText.line(event["id"]?.stringValue ?? "?"), .bold)
    terminal.write("\(id)  \(type)  \(terminal.styled(outcome + reason, Self.style(of: outcome)))\n")
    for (index, stage) in (run["stages"]?.elements ?? []).enumerated() { write(stage, number: index + 1) }
    if let request = run["request"], request != .null { write(request: request, of: event) }
    let isToldByStage = run["stages"]?.elements?.contains { $0["error"]?["message"] != nil } ?? false
    if !isToldByStage, let error = run["error"]?.stringValue { write("error", error, .bad) }
    terminal.write("\n")
  }

  /// What the API calls `delivered` was only tried here.
  private static func words(for outcome: String) -> String {
    switch outcome {
    case "delivered": "would be sent"
    case "error": "failed"
    default: outcome
    }
  }

  private static func style(of outcome: String) -> Style {
    switch outcome {
    case "would be sent", "passed": .good
    case "error", "failed": .bad
    case "filtered", "dropped": .waiting
    default: .plain
    }
  }

  private func write(_ stage: JSONValue, number: Int) {
    let decision = stage["decision"]?.stringValue ?? ""
    let changed = decision == "passed" ? (stage["body"].map { $0 == .null } ?? true ? ", unchanged" : ", new body") : ""
    let name = SafeText.line(stage["name"]?.stringValue ?? "?")
    let reason = stage["reason"]?.stringValue.map { ": \(SafeText.line($0))" } ?? ""
    let verdict = terminal.styled(Self.words(for: decision) + changed + reason, Self.style(of: decision))
    terminal.write("  \(number). \(name)  \(verdict)  \(terminal.styled(usage(stage), .dim))\n")
    if let log = stage["log"]?.stringValue, !log.isEmpty { write("log", log, .plain) }
    guard let error = stage["error"], let message = error["message"]?.stringValue else { return }
    write("error", message, .bad)
    if let excerpt = texts.excerpt(of: message, for: terminal) { terminal.write(Self.indented(excerpt, by: "       ")) }
    if let traceback = error["traceback"]?.stringValue, !traceback.isEmpty { write("traceback", traceback, .dim) }
  }

  private func usage(_ usage: JSONValue) -> String {
    let instructions = usage["instructions"]?.integerValue ?? 0
    let microseconds = usage["cpu_us"]?.doubleValue ?? 0
    let bytes = usage["memory_bytes"]?.integerValue ?? 0
    return "\(instructions) instructions, \(Decimals.text(microseconds, places: 0)) µs CPU, \(Quantity.bytes(Int(bytes)))"
  }

  private func write(request: JSONValue, of event: JSONValue) {
    terminal.write("\n")
    if let body = request["body"]?.stringValue {
      terminal.write(difference(from: event, to: body))
    } else {
      terminal.write("  the body is not text; as base64 it is \(request["body_base64"]?.plainText ?? "empty")\n")
    }
    terminal.write("\n")
    let line = "\(request["method"]?.plainText ?? "") \(request["url"]?.plainText ?? "")"
    terminal.write("  " + terminal.styled(SafeText.line(line), .accent) + "\n")
    for header in (request["headers"]?.headerLines ?? "").split(separator: "\n") { terminal.write("  \(SafeText.line(String(header)))\n") }
  }

  /// The event with `-`, what is sent instead with `+`; a body that is no JSON is shown line by line.
  private func difference(from event: JSONValue, to body: String) -> String {
    if let value = try? JSONValue(parsing: Array(body.utf8)) {
      let diff = JSONDiff(from: event, to: value)
      return diff.hasChanges ? DiffView.text(diff.lines, indent: "  ", terminal: terminal) : "  the event is sent as it is\n"
    }
    let removed = JSONLayout.text(event).split(separator: "\n").map { DiffLine(mark: .removed, text: String($0)) }
    let added = body.split(separator: "\n", omittingEmptySubsequences: false).map { DiffLine(mark: .added, text: String($0)) }
    return DiffView.text(removed + added, indent: "  ", terminal: terminal)
  }

  private func write(_ name: String, _ text: String, _ style: Style) {
    let lines = SafeText.block(text).split(separator: "\n", omittingEmptySubsequences: true)
    for (index, line) in lines.enumerated() {
      let label = index == 0 ? name : String(repeating: " ", count: name.count)
      terminal.write("     \(terminal.styled(label, .dim))  \(terminal.styled(String(line), style))\n")
    }
  }

  private static func indented(_ text: String, by indent: String) -> String {
    text.split(separator: "\n").map { indent + $0 + "\n" }.joined()
  }
}
