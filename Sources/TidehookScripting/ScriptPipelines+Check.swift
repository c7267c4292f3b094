// Judges pipelines before they are saved.

public import TidehookCore

extension ScriptPipelines: PipelineChecker {
  /// Compiles every script and judges every plugin's options; throws for the first stage that cannot be used.
  public func check(_ pipeline: [PipelineStage]) async throws(PipelineError) {
    for (index, stage) in pipeline.enumerated() {
      switch stage {
      case .script(let text): try await check(text, at: index, of: pipeline.count)
      case .plugin(let plugin): try await check(plugin, at: index)
      }
    }
  }

  private func check(_ text: String, at index: Int, of count: Int) async throws(PipelineError) {
    do throws(ScriptError) {
      try await runtime.check(text, name: PipelineStage.scriptName(at: index, of: count))
    } catch {
      throw PipelineError(stage: index, message: error.message)
    }
  }

  private func check(_ stage: PluginStage, at index: Int) async throws(PipelineError) {
    let snapshot = plugins?.current ?? .empty
    guard let plugin = snapshot.plugins[stage.name] else {
      let others = snapshot.plugins.values.filter { $0.manifest.kind == .stage }.map(\.version.name).sorted()
      let known = others.isEmpty ? "there is none" : "there are \(others.joined(separator: ", "))"
      throw PipelineError(stage: index, member: "plugin", message: "\(snapshot.reasonForMissing(stage.name)); \(known)")
    }
    guard plugin.manifest.kind == .stage else {
      throw PipelineError(
        stage: index, member: "plugin", message: "expected a plugin of kind \"stage\", got \(stage.name), which is a source")
    }
    do throws(OptionError) {
      try await plugin.manifest.options.check(stage.options, with: runtime)
    } catch {
      throw PipelineError(stage: index, member: error.member, message: error.message)
    }
  }
}
