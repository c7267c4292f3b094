// The `pipeline` of a webhook, and `script`, which is short for a pipeline of one script.

import TidehookCore

/// Stages as a request gives them: options may hold `"<secret>"` for what is stored.
struct PipelineFields {
  private let stages: [PipelineStage]
  /// Where the pipeline stands; `nil` for the short form `script`.
  private let path: String?

  /// How many stages a pipeline may have.
  static let maximumCount = 20

  /// What a request says about the pipeline, in either way.
  static func change(_ fields: Fields) throws -> Change<PipelineFields> {
    let script = try fields.change("script") { PipelineFields(stages: [.script(try $0.string("a Lua script"))], path: nil) }
    let pipeline = try fields.change("pipeline") { try PipelineFields($0) }
    switch (script, pipeline) {
    case (_, .absent): return script
    case (.absent, _): return pipeline
    case (.reset, .reset), (.reset, .set), (.set, .reset), (.set, .set):
      throw APIError(.invalidField, "script: expected script or pipeline, got both", field: "script")
    }
  }

  /// A pipeline that is stored already.
  init(stored stages: [PipelineStage]) {
    self.init(stages: stages, path: "pipeline")
  }

  /// The stages with their secrets, checked; an error names the field that is to blame.
  /// - Parameter stored: the pipeline that they are to replace.
  func resolved(replacing stored: [PipelineStage], secrets: SecretOptions, checker: any PipelineChecker) async throws -> [PipelineStage] {
    do {
      let stages = withCases(of: stored, try secrets.restored(stages, from: stored))
      try await checker.check(stages)
      return stages
    } catch {
      throw refusal(error)
    }
  }

  /// The short form names no cases: the one script that is stored has another text then, and must do the same.
  private func withCases(of stored: [PipelineStage], _ stages: [PipelineStage]) -> [PipelineStage] {
    guard path == nil, stages.count == 1, case .script(let text, _) = stages[0], stored.count == 1, case .script(_, let cases) = stored[0]
    else { return stages }
    return [.script(text, cases: cases)]
  }

  private func refusal(_ error: PipelineError) -> APIError {
    let path = path.map { "\($0)[\(error.stage)].\(error.member)" } ?? error.member
    let code: ErrorCode =
      switch error.member {
      case "script": .invalidScript
      case "plugin": .unknownPlugin
      default: .invalidField
      }
    return APIError(code, "\(path): \(error.message)", field: path)
  }

  private init(stages: [PipelineStage], path: String?) {
    self.stages = stages
    self.path = path
  }

  private init(_ field: Field) throws {
    let expectation = "an array of at most \(Self.maximumCount) stages like \(StageFields.example)"
    let elements = try field.elements(expectation)
    guard elements.count <= Self.maximumCount else { throw APIError.unexpected(field.path, expectation, got: "\(elements.count) stages") }
    self.init(stages: try elements.map { try StageFields.stage($0) }, path: field.path)
  }
}

/// One stage of a pipeline, as requests write it.
enum StageFields {
  static let example = #"{"plugin": "…", "options": {…}} or {"script": "…"}"#

  /// Reads a stage; what its plugin or script makes of it is checked later.
  static func stage(_ field: Field) throws -> PipelineStage {
    let fields = try Fields(field.value, path: field.path, known: ["plugin", "options", "script", "cases"])
    switch (fields["plugin"], fields["script"]) {
    case (let plugin?, nil):
      guard fields["cases"] == nil else {
        throw APIError(
          .invalidField, "\(field.path).cases: a plugin has its own, only a script has cases here", field: field.path + ".cases")
      }
      return .plugin(PluginStage(name: try plugin.pluginName(), options: try options(fields["options"])))
    case (nil, let script?):
      guard fields["options"] == nil else {
        throw APIError(.invalidField, "\(field.path).options: a script has none, only a plugin does", field: field.path + ".options")
      }
      return .script(try script.string("a Lua script"), cases: try CaseFields.cases(fields["cases"]))
    case (nil, nil): throw APIError(.missingField, "\(field.path): expected \(example)", field: field.path)
    case (_?, _?): throw APIError.unexpected(field.path, "plugin or script", got: "both")
    }
  }

  private static func options(_ field: Field?) throws -> JSONValue {
    guard let field, field.value != .null else { return [:] }
    guard field.value.members != nil else { throw field.unexpected("an object of options") }
    return field.value
  }
}

extension Field {
  /// The name of a plugin, which need not exist.
  func pluginName() throws -> String {
    guard let name = value.stringValue, PluginName.isValid(name) else { throw unexpected("a plugin's name like slack") }
    return name
  }
}
