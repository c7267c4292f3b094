// Loads a content and gives it its revision.

import TidehookCore

/// Makes plugins of contents.
struct PluginLoader: Sendable {
  let runtime: LuaRuntime
  let store: (any PluginStore)?
  let time: any TimeSource

  /// Why a content is not in use.
  struct Refusal: Error {
    let problem: PluginProblem
    /// Whether the same content may do later.
    let isPassing: Bool
  }

  /// Compiles and checks a content, then stores it: only what can be used is a revision.
  func load(_ files: PluginFiles) async throws(Refusal) -> LoadedPlugin {
    let plugin: LoadedPlugin
    do throws(PluginProblem) {
      plugin = try await LoadedPlugin.load(files, with: runtime)
    } catch {
      throw Refusal(problem: error, isPassing: false)
    }
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
}
