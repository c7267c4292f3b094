// Adds up dry runs.

import TidehookCore

/// How the events of dry runs ended, in the words of the API.
struct TrialSummary {
  private var delivered = 0
  private var filtered = 0
  private var reasons: [(text: String, count: Int)] = []
  /// How many events failed.
  private(set) var errors = 0
  /// Why the server ended before all that was asked for; `nil` when it did not.
  var stopped: JSONValue?

  /// Adds one of the `results` of a dry run.
  mutating func add(_ result: JSONValue) {
    switch result["outcome"]?.stringValue {
    case "delivered": delivered += 1
    case "filtered":
      filtered += 1
      count(result["reason"]?.stringValue ?? "")
    default: errors += 1
    }
  }

  /// The summary as the API writes it.
  var json: JSONValue {
    [
      "events": .integer(Int64(delivered + filtered + errors)), "delivered": .integer(Int64(delivered)),
      "filtered": .integer(Int64(filtered)), "errors": .integer(Int64(errors)),
      "reasons": .object(reasons.map { .init($0.text, .integer(Int64($0.count))) }), "stopped": stopped ?? .null,
    ]
  }

  /// Writes it for people.
  func write(to terminal: Terminal) {
    let parts = [
      terminal.styled("\(delivered) would be sent", delivered > 0 ? .good : .plain), "\(filtered) filtered",
      terminal.styled("\(errors) failed", errors > 0 ? .bad : .plain),
    ]
    terminal.write(parts.joined(separator: ", ") + "\n")
    for reason in reasons { terminal.write("  \(reason.count) filtered: \(SafeText.line(reason.text))\n") }
    if let reason = stopped?.stringValue { terminal.write("the server stopped early, at its limit of \(SafeText.line(reason))\n") }
  }

  private mutating func count(_ reason: String) {
    if let index = reasons.firstIndex(where: { $0.text == reason }) {
      reasons[index].count += 1
    } else {
      reasons.append((reason, 1))
    }
  }
}
