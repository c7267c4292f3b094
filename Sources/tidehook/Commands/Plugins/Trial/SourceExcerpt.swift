// Shows the line of a script that failed, with the lines around it.

/// The texts of scripts by what errors call them: `slack/plugin.lua`, `script`.
struct ScriptTexts {
  private var texts: [String: String] = [:]

  /// Lines shown on either side of the one that failed.
  private static let context = 2

  /// Adds texts.
  mutating func add(_ more: [String: String]) {
    texts.merge(more) { $1 }
  }

  /// The lines around the place that a message begins with, as `slack/plugin.lua:12: …`; `nil` when there is no such place.
  /// - Parameter terminal: for colours; `nil` for none.
  func excerpt(of message: String, for terminal: Terminal?) -> String? {
    guard let (name, number) = Self.place(in: message), let text = texts[name] else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0)
    guard lines.indices.contains(number - 1) else { return nil }
    let shown = max(1, number - Self.context)...min(lines.count, number + Self.context)
    let width = String(shown.upperBound).count
    return shown.map { line in
      let margin = String(repeating: " ", count: width - String(line).count)
      let isFailed = line == number
      let text = "\(isFailed ? ">" : " ") \(margin)\(line) | \(SafeText.line(String(lines[line - 1])))"
      return (terminal?.styled(text, isFailed ? .bad : .dim) ?? text) + "\n"
    }.joined()
  }

  /// The script and the line that a message names first.
  private static func place(in message: String) -> (name: String, line: Int)? {
    let first = message.prefix { $0 != "\n" }
    let parts = first.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let line = Int(parts[1]), line > 0 else { return nil }
    return (String(parts[0]), line)
  }
}
