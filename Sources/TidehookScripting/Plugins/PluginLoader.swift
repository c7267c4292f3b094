// Loads a content and gives it its revision.

import TidehookCore

/// Makes plugins of contents.
struct PluginLoader: Sendable {
  let runtime: LuaRuntime
  let store: (any PluginStore)?
  let time: any TimeSource

  /// Compiles and checks a content, then stores it: only what can be used is a revision.
  func load(_ files: PluginFiles) async throws(PluginProblem) -> LoadedPlugin {
    let plugin = try await LoadedPlugin.load(files, with: runtime)
    guard let store else { return plugin }
    do throws(StoreError) {
      return plugin.numbered(
        try await store.record(plugin: files.name, digest: files.digest, content: files.content, at: time.now()))
    } catch {
      throw PluginProblem("its content cannot be stored: \(error)")
    }
  }

  /// The version that ran last; `nil` when none is stored or it cannot run any more.
  func lastStored(_ name: String) async -> LoadedPlugin? {
    guard let latest = try? await store?.pluginRevisions(of: name).first else { return nil }
    let revision = try? await store?.pluginRevision(latest.version)
    guard let revision, let files = try? PluginFiles(revision) else { return nil }
    return try? await LoadedPlugin.load(files, revision: latest.version.revision, with: runtime)
  }
}
