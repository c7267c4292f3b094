// Writes the results of cases by the Test Anything Protocol, version 14.

import TidehookCore

/// The lines: a plan, then one test point for each case, with a YAML block below each that failed.
enum TAPReport {
  /// The whole stream.
  static func text(_ records: [TestRecord]) -> String {
    var text = "TAP version 14\n1..\(records.count)\n"
    for (index, record) in records.enumerated() { text += point(record, number: index + 1) }
    return text
  }

  private static func point(_ record: TestRecord, number: Int) -> String {
    let text = "\(number) - \(escaped("\(record.plugin): \(record.name)"))"
    switch record.outcome {
    case .passed: return "ok \(text)\n"
    case .skipped(let reason): return "ok \(text) # SKIP \(escaped(reason))\n"
    case .failed(let problems, let details): return "not ok \(text)\n" + diagnostic(problems, details, file: record.file)
    }
  }

  /// JSON strings are YAML too, so what strangers wrote cannot leave its place.
  private static func diagnostic(_ problems: [String], _ details: String, file: String) -> String {
    var block = "  ---\n  message: \(quoted(problems.first ?? ""))\n  severity: fail\n  file: \(quoted(file))\n"
    block += "  problems:\n" + problems.map { "    - \(quoted($0))\n" }.joined()
    let lines = details.split(separator: "\n")
    if !lines.isEmpty {
      block += "  details:\n" + lines.map { "    - \(quoted(String($0)))\n" }.joined()
    }
    return block + "  ...\n"
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).bytes, as: UTF8.self)
  }

  /// A description on one line; `#` would begin a directive.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in SafeText.line(text) {
      if character == "\\" || character == "#" { escaped += "\\" }
      escaped.append(character)
    }
    return escaped
  }
}
