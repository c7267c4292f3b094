// The versions of plugins as one short text: `slack:3,tags:1`.

import TidehookCore

/// Writes and reads what an attempt ran and what a replay runs. A plugin's name holds neither a comma nor a colon.
enum PluginText {
  /// The text as a value of a row; `NULL` when there are none, so that most rows spend nothing on it.
  static func value(of plugins: [PluginVersion]) -> SQLValue {
    guard !plugins.isEmpty else { return .null }
    return .text(plugins.map { "\($0.name):\($0.revision)" }.joined(separator: ","))
  }

  /// Reads what ``value(of:)`` wrote.
  static func read(_ text: String) -> [PluginVersion] {
    text.split(separator: ",").map { part in
      let name = part.prefix { $0 != ":" }
      return PluginVersion(name: String(name), revision: Int(part.dropFirst(name.count + 1)) ?? 0)
    }
  }
}
