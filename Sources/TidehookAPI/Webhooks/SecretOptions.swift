// Which options of plugins are secret: answers never show them, and changes can keep them without knowing them.

package import TidehookCore

/// Hides secret options, and puts them back where a request says to keep them.
///
/// An option is secret when its plugin's manifest says so. Where the manifest cannot be asked, because the plugin is not loaded or does not
/// declare the option (an older version did), every text is taken for a secret.
package struct SecretOptions: Sendable {
  /// What stands for a secret in answers, and in requests for the one that is stored.
  package static let mark = JSONValue.string("<secret>")

  /// For each plugin the options that it declares, and whether they are secret.
  private let plugins: [String: [String: Bool]]

  /// Takes the declarations of the plugins that are loaded.
  package init(_ plugins: [PluginInfo]) {
    let declared = plugins.map { plugin in
      let options = plugin.manifest["options"]?.members ?? []
      return (plugin.version.name, options.map { ($0.key, $0.value["secret"]?.boolValue ?? false) })
    }
    self.plugins = Dictionary(
      declared.map { ($0.0, Dictionary($0.1, uniquingKeysWith: { $0 || $1 })) }, uniquingKeysWith: { $1 })
  }

  /// The options of a stage as answers show them.
  package func masked(_ stage: PluginStage) -> JSONValue {
    guard let members = stage.options.members else { return Self.withoutTexts(stage.options) }
    return .object(members.map { JSONValue.Member($0.key, masked($0.value, of: stage.name, option: $0.key)) })
  }

  /// The stages with every `"<secret>"` replaced by what the stage of the same plugin holds in `stored`: the first of a plugin takes from
  /// its first there, the second from its second.
  package func restored(_ stages: [PipelineStage], from stored: [PipelineStage]) throws(PipelineError) -> [PipelineStage] {
    var places: [String: Int] = [:]
    var restored: [PipelineStage] = []
    for (index, stage) in stages.enumerated() {
      guard case .plugin(let plugin) = stage else {
        restored.append(stage)
        continue
      }
      let place = places[plugin.name, default: 0]
      places[plugin.name] = place + 1
      restored.append(.plugin(try self.restored(plugin, from: Self.stage(place, of: plugin.name, in: stored), at: index)))
    }
    return restored
  }

  private func restored(_ stage: PluginStage, from stored: PluginStage?, at index: Int) throws(PipelineError) -> PluginStage {
    guard let members = stage.options.members else { return stage }
    var result: [JSONValue.Member] = []
    for member in members {
      let secrecy = isSecret(member.key, of: stage.name)
      if member.value != Self.mark || secrecy == false {
        result.append(member)
      } else if let value = stored?.options[member.key] {
        result.append(JSONValue.Member(member.key, value))
      } else if secrecy == true {
        throw PipelineError(
          stage: index, member: "options.\(shortened(member.key, to: 64))",
          message: "expected the secret itself: \"<secret>\" keeps the one that is stored, and none is")
      } else {
        result.append(member)
      }
    }
    return PluginStage(name: stage.name, options: .object(result))
  }

  private static func stage(_ place: Int, of name: String, in pipeline: [PipelineStage]) -> PluginStage? {
    let stages = pipeline.compactMap { stage in
      if case .plugin(let plugin) = stage, plugin.name == name { plugin } else { nil }
    }
    return place < stages.count ? stages[place] : nil
  }

  private func masked(_ value: JSONValue, of plugin: String, option: String) -> JSONValue {
    switch isSecret(option, of: plugin) {
    case true: Self.mark
    case false: value
    case nil: Self.withoutTexts(value)
    }
  }

  /// `nil` when nobody can tell.
  private func isSecret(_ option: String, of plugin: String) -> Bool? {
    plugins[plugin]?[option]
  }

  private static func withoutTexts(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string: mark
    case .array(let elements): .array(elements.map(withoutTexts))
    case .object(let members): .object(members.map { JSONValue.Member($0.key, withoutTexts($0.value)) })
    case .null, .bool, .integer, .number: value
    }
  }
}
