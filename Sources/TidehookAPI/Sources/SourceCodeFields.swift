// `plugin`, `options` and `script` of a source: what makes its events.

import TidehookCore

/// What a request says about a source's code.
struct SourceCodeFields {
  private let plugin: Change<String>
  private let options: Change<JSONValue>
  private let script: Change<String>

  init(_ fields: Fields) throws {
    plugin = try fields.change("plugin") { try $0.pluginName() }
    options = try fields.change("options") { field in
      guard field.value.members != nil else { throw field.unexpected("an object of options") }
      return field.value
    }
    script = try fields.change("script") { try $0.string("a Lua script") }
    if case .set = plugin, case .set = script {
      throw APIError(.invalidField, "script: expected plugin or script, got both", field: "script")
    }
  }

  /// Whether the request says anything.
  var isGiven: Bool { plugin.isGiven || options.isGiven || script.isGiven }

  /// The name of the plugin that the source will have; `nil` for none.
  func pluginName(after code: SourceCode) throws -> String? {
    if case .plugin(let stage) = try applied(to: code) { stage.name } else { nil }
  }

  /// The code after the change, secrets not put back yet. A plugin that stays keeps its options unless others are given.
  func applied(to code: SourceCode) throws -> SourceCode {
    if case .set(let script) = script {
      guard !options.isGiven else { throw Self.strayOptions }
      return .script(script)
    }
    switch (plugin, code) {
    case (.set(let name), .plugin(let current)) where current.name == name:
      return .plugin(PluginStage(name: name, options: options.applied(to: current.options, default: [:])))
    case (.set(let name), _): return .plugin(PluginStage(name: name, options: options.applied(to: [:], default: [:])))
    case (.absent, .plugin(let current)):
      return .plugin(PluginStage(name: current.name, options: options.applied(to: current.options, default: [:])))
    case (.reset, .plugin), (_, .script), (_, .body):
      if case .set = options { throw Self.strayOptions }
      if case .script(let script) = code, !self.script.isGiven { return .script(script) }
      return .body
    }
  }

  /// The code after the change, with the secret options that the request left in place, checked.
  func resolved(replacing stored: SourceCode, secrets: SecretOptions, receiver: any RequestReceiver) async throws -> SourceCode {
    var code = try applied(to: stored)
    do {
      if case .plugin(let stage) = code {
        let known: [PipelineStage] = if case .plugin(let earlier) = stored { [.plugin(earlier)] } else { [] }
        let restored = try secrets.restored([.plugin(stage)], from: known)
        if case .plugin(let stage)? = restored.first { code = .plugin(stage) }
      }
      try await receiver.check(code)
      return code
    } catch {
      throw APIError(Self.code(error.member), "\(error.member): \(error.message)", field: error.member)
    }
  }

  private static func code(_ member: String) -> ErrorCode {
    switch member {
    case "script": .invalidScript
    case "plugin": .unknownPlugin
    default: .invalidField
    }
  }

  private static let strayOptions = APIError(.invalidField, "options: only a plugin has options", field: "options")
}
