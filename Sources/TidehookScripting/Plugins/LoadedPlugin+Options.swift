// A plugin with the options that a webhook or a source gives it.

import TidehookCore

extension LoadedPlugin {
  /// The options that a script gets.
  struct Options {
    /// What was given, and the defaults of what was not.
    let filled: JSONValue
    /// Values that are never shown.
    let secrets: [String]
  }

  /// The options of a use of this plugin; throws when it cannot run with them, or in that place.
  func options(of use: PluginStage, as kind: PluginManifest.Kind, runtime: LuaRuntime) async throws(PluginProblem) -> Options {
    if let problem = await problem(with: use.options, as: kind, runtime: runtime) { throw PluginProblem("plugin \(use.name): \(problem)") }
    let options = manifest.options.filled(use.options)
    return Options(filled: options, secrets: manifest.options.secretNames.flatMap { options[$0]?.texts ?? [] })
  }

  /// Why a webhook's stage or a source cannot run this plugin with these options; `nil` when it can.
  /// - Parameter hidesValues: whether it tells kinds and sizes only.
  func problem(with options: JSONValue, as kind: PluginManifest.Kind, runtime: LuaRuntime, hidesValues: Bool = false) async -> String? {
    guard manifest.kind == kind else {
      return kind == .stage ? "it is a source, not a stage of pipelines" : "it is a stage of pipelines, not a source"
    }
    do throws(OptionError) {
      try await (hidesValues ? manifest.options.hidingValues : manifest.options).check(options, with: runtime)
      return nil
    } catch {
      return error.description
    }
  }
}

extension JSONValue {
  /// Every text in the value, of whatever depth.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap(\.texts)
    case .object(let members): members.flatMap(\.value.texts)
    case .null, .bool, .integer, .number: []
    }
  }
}
