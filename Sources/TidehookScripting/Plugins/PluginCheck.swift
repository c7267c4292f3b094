// Looks for what is wrong with a plugin before it runs: errors that keep it from loading, and what is probably a mistake.

/// Something that is probably a mistake.
public struct PluginWarning: Sendable, Hashable {
  /// The file, by path below the plugin folder.
  public let file: String
  /// The line, from 1; `nil` when it is about the whole file.
  public let line: Int?
  /// What is odd.
  public let message: String
}

/// What a check found.
public struct PluginCheckReport: Sendable {
  /// The plugin's name.
  public let plugin: String
  /// What the plugin says of itself; `nil` when it cannot be loaded.
  public let manifest: PluginManifest?
  /// Why it cannot be loaded; `nil` when it can.
  public let problem: String?
  /// What is probably a mistake, by file and line.
  public let warnings: [PluginWarning]
}

/// Checks plugins without events.
public struct PluginCheck: Sendable {
  private let runtime: LuaRuntime

  /// Makes a check that compiles on `runtime`.
  public init(runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Compiles a plugin, checks its manifest and its cases.json, and looks through its source.
  public func check(_ name: String, in folder: PluginFolder) async -> PluginCheckReport {
    do throws(PluginProblem) {
      let plugin = try await LoadedPlugin.load(try folder.files(of: name), with: runtime)
      _ = try PluginCase.all(of: name, in: folder)
      return PluginCheckReport(plugin: name, manifest: plugin.manifest, problem: nil, warnings: [])
    } catch {
      return PluginCheckReport(plugin: name, manifest: nil, problem: error.description, warnings: [])
    }
  }
}
