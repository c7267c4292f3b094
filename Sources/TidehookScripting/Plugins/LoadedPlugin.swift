// A plugin that can run: its manifest, its content, and what the interpreters compile.

public import TidehookCore

/// One version of a plugin, ready to run. Shared by every pipeline that runs it, so each interpreter compiles it once.
public final class LoadedPlugin: Sendable {
  /// Which version it is.
  public let version: PluginVersion
  /// What it says of itself.
  public let manifest: PluginManifest
  /// What it was made of.
  public let files: PluginFiles
  /// What runs.
  let source: ScriptSource

  private init(version: PluginVersion, manifest: PluginManifest, files: PluginFiles, source: ScriptSource) {
    self.version = version
    self.manifest = manifest
    self.files = files
    self.source = source
  }

  /// Compiles a plugin and checks its manifest.
  /// - Parameter revision: 0 where nothing keeps count.
  public static func load(
    _ files: PluginFiles, revision: Int = 0, with runtime: LuaRuntime
  ) async throws(PluginProblem) -> LoadedPlugin {
    let source = ScriptSource(name: "\(files.name)/\(PluginFiles.mainFile)", source: files.main, modules: files.modules)
    let manifest = try await manifest(of: source, name: files.name, with: runtime)
    try await checkPatterns(of: manifest.options, with: runtime)
    return LoadedPlugin(
      version: PluginVersion(name: files.name, revision: revision), manifest: manifest, files: files, source: source)
  }

  /// The same plugin under another revision.
  func numbered(_ revision: Int) -> LoadedPlugin {
    LoadedPlugin(version: PluginVersion(name: version.name, revision: revision), manifest: manifest, files: files, source: source)
  }

  private static func manifest(
    of source: ScriptSource, name: String, with runtime: LuaRuntime
  ) async throws(PluginProblem) -> PluginManifest {
    let description: [UInt8]
    do throws(ScriptError) {
      description = try await runtime.describe(source)
    } catch {
      throw PluginProblem(error.message)
    }
    guard let value = try? JSONValue(parsing: description), value.kind == .object else {
      throw PluginProblem("plugin.lua must return a table")
    }
    return try PluginManifest(value, name: name)
  }

  private static func checkPatterns(of schema: OptionSchema, with runtime: LuaRuntime) async throws(PluginProblem) {
    for option in schema.options {
      guard let pattern = option.pattern.map(LuaPattern.init) else { continue }
      if let problem = await pattern.problem(with: runtime) {
        throw PluginProblem("plugin.lua: options.\(option.name): pattern: \(problem)")
      }
      guard let text = option.defaultValue?.stringValue else { continue }
      guard await pattern.matches(text, with: runtime) else {
        throw PluginProblem("plugin.lua: options.\(option.name): default: does not match the pattern")
      }
    }
  }
}
