// Shows one plugin to people.

import TidehookCore

/// A plugin's manifest, as here or as a server tells it, laid out.
struct PluginView {
  private let plugin: JSONValue

  init(_ plugin: JSONValue) {
    self.plugin = plugin
  }

  /// Writes the facts, the options and the README.
  func write(to terminal: Terminal) {
    var facts = FactSheet()
    facts.add("name", plugin["name"]?.stringValue, .bold)
    facts.add("summary", plugin["summary"]?.stringValue)
    facts.add("problem", plugin["problem"]?.stringValue, .bad)
    facts.add("kind", plugin["kind"]?.stringValue)
    facts.add("version", plugin["version"]?.stringValue)
    facts.add("from", plugin["from"]?.stringValue)
    facts.add("revision", plugin["revision"].flatMap { $0 == .null ? nil : $0.plainText })
    facts.add("functions", plugin.texts("functions"))
    facts.add("suggests", plugin["defaults"]?.settings)
    facts.add("brings", plugin["preset"]?.settings)
    facts.write(to: terminal)
    writeOptions(to: terminal)
    guard let readme = plugin["readme"]?.stringValue else { return }
    terminal.write("\n" + SafeText.block(readme))
  }

  private func writeOptions(to terminal: Terminal) {
    guard let options = plugin["options"]?.members, !options.isEmpty else { return }
    terminal.write("\n")
    var table = Table(["OPTION", "TYPE", "DEFAULT", "MEANING"])
    for option in options {
      let isRequired = option.value["required"]?.boolValue ?? false
      table.add(
        .init(option.key, .bold), .init(Self.type(of: option.value)), .init(isRequired ? "required" : option.value["default"]?.plainText),
        .init(option.value["description"]?.stringValue))
    }
    table.write(to: terminal)
  }

  /// `string (secret)`, `array of string`, `text, blocks`.
  private static func type(of option: JSONValue) -> String {
    let choices = option["enum"]?.elements?.map(\.plainText).joined(separator: ", ")
    let items = option["items"]?.stringValue.map { " of \($0)" } ?? ""
    let base = choices ?? (option["type"]?.stringValue ?? "any") + items
    return option["secret"]?.boolValue == true ? base + " (secret)" : base
  }
}
