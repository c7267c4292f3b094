// Shows the difference of two revisions: old values red, new ones green, scripts line by line.

import TidehookCore

/// A difference, for people.
struct RevisionDiffView {
  private let diff: JSONValue

  init(_ diff: JSONValue) {
    self.diff = diff
  }

  /// Writes each changed field.
  func write(to terminal: Terminal) {
    let (from, to) = (diff["from"]?.plainText ?? "?", diff["to"]?.plainText ?? "?")
    terminal.write(terminal.styled("revision \(from) → \(to)", .bold) + "\n")
    let changes = diff["changes"]?.elements ?? []
    if changes.isEmpty { terminal.write("nothing changed\n") }
    for change in changes { write(change, to: terminal) }
  }

  private func write(_ change: JSONValue, to terminal: Terminal) {
    terminal.write(terminal.styled(SafeText.line(change["field"]?.plainText ?? ""), .accent) + "\n")
    if let lines = change["diff"]?.stringValue { return write(lines: lines, to: terminal) }
    write(change["from"], mark: "-", .bad, to: terminal)
    write(change["to"], mark: "+", .good, to: terminal)
  }

  /// A value on its lines; one that is not there is left out.
  private func write(_ value: JSONValue?, mark: String, _ style: Style, to terminal: Terminal) {
    guard let value, value != .null else { return }
    for line in SafeText.block(JSONLayout.text(value)).split(separator: "\n") {
      terminal.write("  " + terminal.styled("\(mark) \(line)", style) + "\n")
    }
  }

  /// The lines of `diff -u`, without the two that name its sides.
  private func write(lines: String, to terminal: Terminal) {
    for line in SafeText.block(lines).split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).dropLast() {
      let style: Style = line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .bad : line.hasPrefix("@@") ? .dim : .plain
      terminal.write("  " + terminal.styled(String(line), style) + "\n")
    }
  }
}
