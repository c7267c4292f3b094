// Shows a delivery as a timeline of its attempts.

import TidehookCore

/// A delivery, for people.
struct DeliveryView {
  private let delivery: JSONValue

  init(_ delivery: JSONValue) {
    self.delivery = delivery
  }

  /// Writes the facts, then each attempt, then what comes next.
  func write(to terminal: Terminal) {
    let state = delivery["state"]?.stringValue ?? ""
    var facts = FactSheet()
    facts.add("delivery", delivery["id"]?.stringValue, .bold)
    facts.add("state", state, Self.style(ofState: state))
    facts.add("reason", delivery["reason"]?.stringValue)
    facts.add("dropped by", delivery["dropped_by"].flatMap(stage))
    facts.add("event", line(delivery, ["event_id", "event_type"]))
    facts.add("webhook", delivery["webhook_id"]?.stringValue)
    facts.add("batch", delivery["batch"]?.stringValue)
    facts.add("created", delivery.time("created_at"))
    facts.add("tries", delivery["attempt_count"]?.plainText)
    facts.write(to: terminal)
    for attempt in delivery["attempts"]?.elements ?? [] { write(attempt, to: terminal) }
    if delivery["waits_for_turn"]?.boolValue == true { terminal.write("\nwaits until an earlier delivery of its order has ended\n") }
    if let next = delivery.time("next_attempt_at") { terminal.write("\nnext try \(next) UTC\n") }
  }

  /// The colour of a state.
  static func style(ofState state: String) -> Style {
    switch state {
    case "delivered": .good
    case "dead": .bad
    case "retrying", "held", "pending": .waiting
    default: .dim
    }
  }

  /// Writes one attempt.
  func write(_ attempt: JSONValue, to terminal: Terminal) {
    terminal.write("\n" + headline(attempt, terminal) + "\n")
    var facts = FactSheet()
    let request = attempt["request"]
    facts.add("  plugins", attempt["plugins"].flatMap(versions))
    facts.add("  request", request.flatMap { line($0, ["method", "url"]) })
    facts.add("  sent", request?["body"]?.plainText)
    facts.add("  answered", attempt["response"]?["body"]?.plainText)
    facts.add("  error", attempt["error"]?.stringValue, .bad)
    facts.add("  dropped", attempt["reason"]?.stringValue)
    facts.add("  by", attempt["dropped_by"].flatMap(stage))
    facts.add("  log", attempt["log"]?.logText)
    facts.add("  times", attempt["phases"].flatMap(phases))
    facts.write(to: terminal)
  }

  /// `#2 retry · 2026-04-13 10:30:05 · revision 1 · 500 · 12 ms`
  private func headline(_ attempt: JSONValue, _ terminal: Terminal) -> String {
    let status = attempt["response"]?["status"]?.integerValue
    let failure = attempt["failure"]?.stringValue
    let isGood = failure == nil && status.map { (200..<300).contains($0) } ?? true
    let outcome = status.map(String.init) ?? failure ?? (attempt["reason"]?.stringValue == nil ? "no request" : "filtered")
    let parts = [
      attempt["trigger"]?.stringValue, attempt.time("started_at"), attempt["revision"].map { "revision \($0.plainText)" },
      terminal.styled(SafeText.line(outcome), isGood ? .good : .bad), attempt["duration_ms"].map { "\($0.plainText) ms" },
    ]
    let number = terminal.styled("#\(attempt["number"]?.plainText ?? "?")", .bold)
    return number + " " + parts.compactMap { $0 }.joined(separator: " · ")
  }

  /// The stage that dropped it, as `pipeline[1]: tags, revision 2`, or `pipeline[0]: script, line 3`.
  private func stage(_ stage: JSONValue) -> String? {
    guard let number = stage["stage"]?.plainText else { return nil }
    let name = stage["plugin"]?.stringValue ?? "script"
    let details = ["revision", "line"].compactMap { key in stage[key]?.integerValue.map { "\(key) \($0)" } }
    return "pipeline[\(number)]: " + ([name] + details).joined(separator: ", ")
  }

  /// The plugins that ran, as `tags 2, slack 5`: each with its revision.
  private func versions(_ plugins: JSONValue) -> String? {
    plugins.elements?.map { "\($0["name"]?.plainText ?? "") \($0["revision"]?.plainText ?? "")" }.joined(separator: ", ")
  }

  /// The phases that took time, as `resolve_ms 0.1, connect_ms 0.4`.
  private func phases(_ phases: JSONValue) -> String? {
    let taken = phases.members?.filter { $0.value != .null } ?? []
    return JSONValue.object(taken).settings
  }

  private func line(_ object: JSONValue, _ names: [String]) -> String {
    names.compactMap { object[$0]?.stringValue }.joined(separator: " ")
  }
}

extension JSONValue {
  /// The lines that a script logged, from a string or from a list.
  fileprivate var logText: String? {
    elements?.map(\.plainText).joined(separator: "\n") ?? stringValue
  }
}
