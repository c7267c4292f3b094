// Judges pipelines before they are saved.

public import TidehookCore

extension ScriptPipelines: PipelineChecker {
  /// Compiles every script and judges every plugin's options; throws for the first stage that cannot be used.
  public func check(_ pipeline: [PipelineStage]) async throws(PipelineError) {
    for (index, stage) in pipeline.enumerated() {
      switch stage {
      case .script(let text, _): try await check(text, at: index, of: pipeline.count)
      case .plugin(let plugin): try await (plugins?.current ?? .empty).check(plugin, as: .stage, at: index, with: runtime)
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
}
