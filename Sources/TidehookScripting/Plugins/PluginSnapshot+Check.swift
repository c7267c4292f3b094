// Judges uses of plugins before they are saved.

import TidehookCore

extension PluginSnapshot {
  /// Sees that there is such a plugin of that kind, and that it takes the options.
  /// - Parameter index: which stage of a pipeline it is, from 0.
  func check(
    _ use: PluginStage, as kind: PluginManifest.Kind, at index: Int = 0, with runtime: LuaRuntime
  ) async throws(PipelineError) {
    guard let plugin = plugins[use.name] else {
      let others = plugins.values.filter { $0.manifest.kind == kind }.map(\.version.name).sorted()
      let known = others.isEmpty ? "there is none" : "there are \(others.joined(separator: ", "))"
      throw PipelineError(stage: index, member: "plugin", message: "\(reasonForMissing(use.name)); \(known)")
    }
    guard plugin.manifest.kind == kind else {
      throw PipelineError(
        stage: index, member: "plugin",
        message: "expected a plugin of kind \"\(kind.rawValue)\", got \(use.name), which is a \(plugin.manifest.kind.rawValue)")
    }
    do throws(OptionError) {
      try await plugin.manifest.options.check(use.options, with: runtime)
    } catch {
      throw PipelineError(stage: index, member: error.member, message: error.message)
    }
  }
}
