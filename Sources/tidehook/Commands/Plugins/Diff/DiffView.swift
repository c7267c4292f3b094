// Shows the difference of two values: what went in and what came out, or what was expected and what came.

import TidehookCore

/// Lines with `-` and `+`, long stretches without a change left out.
enum DiffView {
  /// How many lines around a change are shown.
  private static let context = 3

  /// The lines of a difference, each ended; in colour where the terminal wants it. Without a terminal they are plain text.
  static func text(_ lines: [DiffLine], indent: String = "", terminal: Terminal?) -> String {
    var text = ""
    var hidden = 0
    for (line, isShown) in zip(lines, shown(lines)) {
      guard isShown else {
        hidden += 1
        continue
      }
      if hidden > 0 { text += skipped(hidden, indent, terminal) }
      hidden = 0
      let (mark, style) = look(line.mark)
      text += indent + styled(mark + SafeText.line(line.text), style, terminal) + "\n"
    }
    return hidden > 0 ? text + skipped(hidden, indent, terminal) : text
  }

  private static func look(_ mark: DiffLine.Mark) -> (String, Style) {
    switch mark {
    case .same: ("  ", .plain)
    case .removed: ("- ", .bad)
    case .added: ("+ ", .good)
    }
  }

  private static func styled(_ text: String, _ style: Style, _ terminal: Terminal?) -> String { terminal?.styled(text, style) ?? text }

  private static func skipped(_ count: Int, _ indent: String, _ terminal: Terminal?) -> String {
    indent + styled("  … \(count) unchanged \(count == 1 ? "line" : "lines")", .dim, terminal) + "\n"
  }

  /// Whether each line is near a change; a gap of one line is shown, as the note that replaces it would take as much room.
  private static func shown(_ lines: [DiffLine]) -> [Bool] {
    var shown = [Bool](repeating: false, count: lines.count)
    for (index, line) in lines.enumerated() where line.mark != .same {
      for near in max(0, index - context)...min(lines.count - 1, index + context) { shown[near] = true }
    }
    for index in shown.indices.dropFirst().dropLast() where !shown[index] && shown[index - 1] && shown[index + 1] { shown[index] = true }
    return shown
  }
}
