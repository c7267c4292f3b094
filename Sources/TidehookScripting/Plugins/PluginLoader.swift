// Loads a content and gives it its revision.

import TidehookCore

/// Makes plugins of contents.
struct PluginLoader: Sendable {
  let runtime: LuaRuntime
  let store: (any PluginStore)?
  let time: any TimeSource
  let uses: @Sendable () -> [PluginUse]

  /// Why a content is not in use.
  struct Refusal: Error {
    let problem: PluginProblem
    /// Whether the same content may do later.
    let isPassing: Bool
  }

  /// Compiles and checks a content, then stores it: only what can be used is a revision.
  /// - Parameter old: what runs now; without one, what ran last.
  func load(_ files: PluginFiles, replacing old: LoadedPlugin?) async throws(Refusal) -> LoadedPlugin {
    let plugin: LoadedPlugin
    do throws(PluginProblem) {
      plugin = try await LoadedPlugin.load(files, with: runtime)
    } catch {
      throw Refusal(problem: error, isPassing: false)
    }
    if let problem = await loss(of: plugin, replacing: old) { throw Refusal(problem: problem, isPassing: true) }
    guard let store else { return plugin }
    do throws(StoreError) {
      return plugin.numbered(
        try await store.record(plugin: files.name, digest: files.digest, content: files.content, at: time.now()))
    } catch {
      throw Refusal(problem: PluginProblem("its content cannot be stored: \(error)"), isPassing: true)
    }
  }

  /// The version that ran last; `nil` when none is stored or it cannot run any more.
  func lastStored(_ name: String) async -> LoadedPlugin? {
    guard let latest = try? await store?.pluginRevisions(of: name).first else { return nil }
    let revision = try? await store?.pluginRevision(latest.version)
    guard let revision, let files = try? PluginFiles(revision) else { return nil }
    return try? await LoadedPlugin.load(files, revision: latest.version.revision, with: runtime)
  }

  /// Which webhook or source could not go on with new content although it can with the old; `nil` when all can. Says nothing of values: what is
  /// no secret in the new content may be one in the old.
  private func loss(of new: LoadedPlugin, replacing current: LoadedPlugin?) async -> PluginProblem? {
    var old = current
    for use in uses() where use.stage.name == new.version.name {
      guard let problem = await new.problem(with: use.stage.options, as: use.kind, runtime: runtime, hidesValues: true) else { continue }
      if old == nil { old = await lastStored(use.stage.name) }
      guard let old else { return nil }
      if await old.problem(with: use.stage.options, as: use.kind, runtime: runtime) == nil {
        return PluginProblem("\(use.owner) could not go on with it: \(problem)")
      }
    }
    return nil
  }
}
