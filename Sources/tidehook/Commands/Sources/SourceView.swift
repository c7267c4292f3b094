// Shows one source.

import TidehookCore

/// A source, for people or as JSON.
struct SourceView {
  private let answer: JSONAnswer
  private let options: ClientOptions

  init(_ answer: JSONAnswer, _ options: ClientOptions) {
    self.answer = answer
    self.options = options
  }

  /// Writes it to standard output.
  func write() {
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    let source = answer.value
    var facts = FactSheet()
    facts.add("id", source["id"]?.stringValue, .bold)
    facts.add("name", source["name"]?.stringValue)
    facts.add("url", source["url"]?.stringValue.map { options.server.address + $0 }, .accent)
    facts.add("namespace", source["namespace"]?.stringValue ?? "as each event says")
    let isActive = source["active"]?.boolValue ?? true
    facts.add("active", isActive ? "yes" : "no: it takes no requests", isActive ? .good : .waiting)
    facts.add("verify", source["verify"]?.settings)
    facts.add("secrets", source["secret_count"]?.plainText)
    facts.add("secret", source["secret"]?.stringValue, .accent)
    facts.add("dedupe", source["dedupe"]?.settings)
    facts.add("methods", source.texts("methods"))
    facts.add("types", source.texts("content_types"))
    facts.add("body", source["max_body_bytes"].map { "at most \($0.plainText) bytes" })
    facts.add("rate", source["rate_limit"]?.settings)
    facts.add("revision", source["revision"].map(JSONLayout.text))
    facts.add("created", source.time("created_at"))
    facts.add("updated", source.time("updated_at"))
    facts.add("code", source["script"]?.stringValue ?? Self.code(of: source))
    facts.write(to: Terminal.standardOutput)
    guard source["secret"]?.stringValue != nil else { return }
    Terminal.standardError.write("keep the secret: it is not shown again\n")
  }

  /// What makes events, in a few words.
  static func code(of source: JSONValue) -> String {
    guard let plugin = source["plugin"]?.stringValue else { return source["script"]?.stringValue == nil ? "the body" : "a script" }
    return source["options"]?.members?.isEmpty == false ? "\(plugin) \(source["options"]?.plainText ?? "")" : plugin
  }
}
