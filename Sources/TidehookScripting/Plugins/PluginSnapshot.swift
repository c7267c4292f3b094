// The plugins of one moment.

import TidehookCore

/// Every plugin that can be used at one moment, and what is wrong with the others. Immutable.
public final class PluginSnapshot: Sendable {
  /// Counts the snapshots of a process.
  let generation: Int
  /// The plugins by name.
  public let plugins: [String: LoadedPlugin]
  /// What is wrong on disk, by plugin.
  public let problems: [String: String]
  /// Those of the ``problems`` that are plugins that ran until their folders were removed.
  let removed: Set<String>

  /// No plugins at all.
  static let empty = PluginSnapshot(generation: 0, plugins: [:], problems: [:], removed: [])

  init(generation: Int, plugins: [String: LoadedPlugin], problems: [String: String], removed: Set<String>) {
    self.generation = generation
    self.plugins = plugins
    self.problems = problems
    self.removed = removed
  }

  /// Why a plugin cannot run, for attempts and refusals.
  public func reasonForMissing(_ name: String) -> String {
    problems[name].map { "plugin \(name) is not loaded: \($0)" } ?? "plugin \(name) is not loaded: there is no such plugin"
  }

  /// What the API shows.
  var infos: [PluginInfo] {
    plugins.values.sorted { $0.version.name < $1.version.name }.map { plugin in
      PluginInfo(version: plugin.version, manifest: plugin.manifest.json, problem: problems[plugin.version.name])
    }
  }
}
