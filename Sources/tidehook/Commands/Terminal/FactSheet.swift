// Lays out the facts of one object, one to a line.

/// Names and values in two columns.
struct FactSheet {
  private var facts: [(name: String, value: String, style: Style)] = []

  /// Adds a fact; a `nil` or empty value is left out, and so are empty lines at the end.
  mutating func add(_ name: String, _ value: String?, _ style: Style = .plain) {
    guard var value, !value.isEmpty else { return }
    while value.last?.isNewline == true { value.removeLast() }
    facts.append((name, SafeText.block(value), style))
  }

  /// Writes the facts; a value of several lines is indented as a whole.
  func write(to terminal: Terminal) {
    let width = facts.reduce(0) { max($0, SafeText.width($1.name)) }
    for fact in facts {
      let margin = String(repeating: " ", count: width - SafeText.width(fact.name) + 2)
      let lines = fact.value.split(separator: "\n", omittingEmptySubsequences: false)
      let indent = "\n" + String(repeating: " ", count: width + 2)
      let value = lines.map { terminal.styled(String($0), fact.style) }.joined(separator: indent)
      terminal.write(terminal.styled(fact.name, .dim) + margin + value + "\n")
    }
  }
}
