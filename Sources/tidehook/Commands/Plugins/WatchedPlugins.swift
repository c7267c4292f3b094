// Notices when the files of plugins change.

import TidehookScripting

/// What plugins consist of, as it was last seen.
struct WatchedPlugins {
  /// How long to wait between two looks.
  private static let pause = Duration.milliseconds(250)

  private var known: [String: String] = [:]

  /// Notes what there is now.
  mutating func remember(_ targets: [PluginTarget]) {
    known = Self.texts(of: targets)
  }

  /// Waits for a change, and until it is complete: two looks in a row must see the same.
  /// - Parameter find: the plugins to look at; what it cannot find for a moment counts as missing.
  /// - Returns: the files that are new, gone or different, sorted.
  mutating func nextChange(among find: () throws(CommandFailure) -> [PluginTarget]) async throws -> [String] {
    var last = known
    while true {
      try await Task.sleep(for: Self.pause)
      let seen = Self.texts(of: (try? find()) ?? [])
      if seen == last, seen != known { break }
      last = seen
    }
    let before = known
    known = last
    return Set(before.keys).union(last.keys).filter { before[$0] != last[$0] }.sorted()
  }

  /// The texts of every file that a plugin may load, and of its cases, by path.
  private static func texts(of targets: [PluginTarget]) -> [String: String] {
    var texts: [String: String] = [:]
    for target in targets {
      texts.merge((try? target.folder.files(of: target.name).texts) ?? [:]) { $1 }
      for file in ["plugin.lua", "cases.json"] {
        if let text = try? target.folder.text(file, of: target.name) { texts["\(target.name)/\(file)"] = text }
      }
    }
    return texts
  }
}
