// Shows a request that a source received.

import TidehookCore

/// A received request and what became of it, for people.
struct RequestView {
  private let receipt: JSONValue

  init(_ receipt: JSONValue) {
    self.receipt = receipt
  }

  /// Writes the facts.
  func write(to terminal: Terminal) {
    let state = receipt["state"]?.stringValue ?? ""
    let request = receipt["request"]
    var facts = FactSheet()
    facts.add("request", receipt["id"]?.stringValue, .bold)
    facts.add("state", state, Self.style(ofState: state))
    facts.add("reason", receipt["reason"]?.stringValue)
    facts.add("scheme", receipt["scheme"]?.stringValue)
    facts.add("source", receipt["source_id"]?.stringValue)
    facts.add("received", receipt.time("received_at"))
    facts.add("run again", receipt.time("rerun_at"))
    facts.add("events", receipt.texts("events"))
    facts.add("plugin", receipt["plugin"].flatMap(Self.version))
    facts.add("called", request.map { "\($0["method"]?.plainText ?? "") \($0["url"]?.plainText ?? "")" })
    facts.add("headers", request?["headers"]?.headerLines, .dim)
    facts.add("body", request.flatMap(Self.body(of:)))
    facts.add("answered", receipt["answer"].map(Self.answer))
    facts.add("log", receipt["log"]?.plainText)
    facts.write(to: terminal)
  }

  /// The colour of a state.
  static func style(ofState state: String) -> Style {
    switch state {
    case "accepted": .good
    case "rejected": .bad
    default: .dim
    }
  }

  private static func version(_ plugin: JSONValue) -> String? {
    plugin["name"].map { "\($0.plainText) \(plugin["revision"]?.plainText ?? "")" }
  }

  private static func answer(_ answer: JSONValue) -> String {
    [answer["status"]?.plainText, body(of: answer)].compactMap { $0 }.joined(separator: " ")
  }

  /// A body as text, or its base64 where it is no text.
  private static func body(of message: JSONValue) -> String? {
    message["body"]?.stringValue ?? message["body_base64"]?.stringValue
  }
}
