// The `pipeline` of a webhook, and `script`, which is short for a pipeline of one script.

import TidehookCore

/// Stages, and the field that each came from.
struct PipelineFields {
  let stages: [PipelineStage]
  private let paths: [String]

  /// How many stages a pipeline may have.
  static let maximumCount = 20

  /// What a request says about the pipeline, in either way.
  static func change(_ fields: Fields) throws -> Change<PipelineFields> {
    let script = try fields.change("script") { PipelineFields(stages: [.script(try $0.string("a Lua script"))], paths: [$0.path]) }
    let pipeline = try fields.change("pipeline") { try PipelineFields($0) }
    switch (script, pipeline) {
    case (_, .absent): return script
    case (.absent, _): return pipeline
    case (.reset, .reset), (.reset, .set), (.set, .reset), (.set, .set):
      throw APIError(.invalidField, "script: expected script or pipeline, got both", field: "script")
    }
  }

  /// Compiles the stages; an error names the field that a stage came from.
  func check(with checker: any PipelineChecker) async throws {
    do {
      try await checker.check(stages)
    } catch {
      let path = paths.indices.contains(error.stage) ? paths[error.stage] : "pipeline"
      throw APIError(.invalidScript, "\(path): \(error.message)", field: path)
    }
  }

  private init(stages: [PipelineStage], paths: [String]) {
    self.stages = stages
    self.paths = paths
  }

  private init(_ field: Field) throws {
    let expectation = "an array of at most \(Self.maximumCount) stages like {\"script\": \"…\"}"
    let elements = try field.elements(expectation)
    guard elements.count <= Self.maximumCount else { throw APIError.unexpected(field.path, expectation, got: "\(elements.count) stages") }
    let scripts = try elements.map(Self.script)
    self.init(stages: try scripts.map { .script(try $0.string("a Lua script")) }, paths: scripts.map(\.path))
  }

  private static func script(of stage: Field) throws -> Field {
    if let plugin = stage.value["plugin"] {
      throw APIError(.unknownPlugin, "\(stage.path).plugin: there is no plugin \(plugin.shown)", field: stage.path + ".plugin")
    }
    return try Fields(stage.value, path: stage.path, known: ["script"]).required("script")
  }
}
