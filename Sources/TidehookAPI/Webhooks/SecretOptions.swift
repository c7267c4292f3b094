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
  /// - Throws: an error on the option where it is not certain that this is the same stage, so that no secret goes to another receiver.
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
      let known = Self.stages(of: plugin.name, in: stored)
      let doubt = doubt(about: plugin, at: place, of: Self.stages(of: plugin.name, in: stages).count, stored: known)
      restored.append(.plugin(try self.restored(plugin, from: place < known.count ? known[place] : nil, doubt: doubt, at: index)))
    }
    return restored
  }

  /// - Parameter doubt: why `stored` may be another stage than this one.
  private func restored(
    _ stage: PluginStage, from stored: PluginStage?, doubt: String?, at index: Int
  ) throws(PipelineError) -> PluginStage {
    guard let members = stage.options.members else { return stage }
    var result: [JSONValue.Member] = []
    for member in members {
      let secrecy = isSecret(member.key, of: stage.name)
      if member.value != Self.mark || secrecy == false {
        result.append(member)
      } else if let value = stored?.options[member.key] {
        if let doubt { throw Self.refusal(of: member.key, at: index, "\(doubt), so it is not certain which stored one \"<secret>\" means") }
        result.append(JSONValue.Member(member.key, value))
      } else if secrecy == true {
        throw Self.refusal(of: member.key, at: index, "\"<secret>\" keeps the one that is stored, and none is")
      } else {
        result.append(member)
      }
    }
    return PluginStage(name: stage.name, options: .object(result))
  }

  private static func refusal(of option: String, at index: Int, _ reason: String) -> PipelineError {
    PipelineError(stage: index, member: "options.\(shortened(option, to: 64))", message: "expected the secret itself: \(reason)")
  }

  private static func stages(of name: String, in pipeline: [PipelineStage]) -> [PluginStage] {
    pipeline.compactMap { stage in
      if case .plugin(let plugin) = stage, plugin.name == name { plugin } else { nil }
    }
  }

  /// Why the stage at this place may be another one than the one that is stored there; `nil` when it is the same.
  ///
  /// A plugin's only stage stays the same whatever its options become.
  private func doubt(about stage: PluginStage, at place: Int, of count: Int, stored: [PluginStage]) -> String? {
    guard count == stored.count else { return "the number of \(stage.name) stages changes from \(stored.count) to \(count)" }
    guard count > 1, open(stored[place]) != open(stage) else { return nil }
    return "there are \(count) \(stage.name) stages, and other options of this one change too"
  }

  /// The options that are no secrets, as bytes: Swift takes texts for equal that differ in how accents are written.
  private func open(_ stage: PluginStage) -> [String: [UInt8]] {
    let members = (masked(stage).members ?? []).filter { isSecret($0.key, of: stage.name) != true }
    return Dictionary(members.map { ($0.key, $0.value.bytes) }, uniquingKeysWith: { $1 })
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
