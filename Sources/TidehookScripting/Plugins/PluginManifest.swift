// What a plugin says of itself in plugin.lua, checked.

public import TidehookCore

/// A function that a plugin may define.
public enum PluginFunction: String, Sendable, CaseIterable {
  /// Says whether an event goes on.
  case filter
  /// Makes the body.
  case transform
  /// Makes one body of a batch of events.
  case transformBatch = "transform_batch"
  /// Judges the receiver's answer.
  case response
  /// Turns a request into events.
  case receive
}

/// A plugin's own description.
public struct PluginManifest: Sendable, Equatable {
  /// Where a plugin runs.
  public enum Kind: String, Sendable, CaseIterable {
    /// In pipelines: `filter`, `transform`, `transform_batch`, `response`.
    case stage
    /// In sources: `receive`.
    case source
  }

  /// Its name, that of its folder.
  public let name: String
  /// The author's version, for people.
  public let version: String
  /// One sentence.
  public let summary: String
  /// Where it runs.
  public let kind: Kind
  /// The options that it declares.
  public let options: OptionSchema
  /// Suggested settings of webhooks: an object, shown only.
  public let defaults: JSONValue
  /// What a source plugin brings for sources that say nothing else; `nil` when it says nothing of it.
  public let preset: SourcePreset?
  /// The functions that it defines.
  public let functions: Set<PluginFunction>
  /// All of this as a JSON object, as `PluginInfo` has it.
  public let json: JSONValue

  private static let members = [
    "name", "version", "summary", "kind", "options", "defaults", "verify", "dedupe", "methods", "open_methods", "filter", "transform",
    "transform_batch", "response", "receive",
  ]

  /// Checks what `describe` gave: the members of the table that plugin.lua returns, and the names of its `functions`.
  /// - Parameter name: the folder's name.
  init(_ description: JSONValue, name: String) throws(PluginProblem) {
    var fields = ManifestFields(description, of: "plugin.lua")
    let functionNames = fields.take("functions")
    try fields.expectOnly(Self.members)
    for function in PluginFunction.allCases {
      if let value = fields.take(function.rawValue) { throw fields.problem(function.rawValue, expected: "a function", got: value) }
    }
    self.name = try fields.text("name", longest: 63)
    guard self.name == name else {
      throw PluginProblem("plugin.lua: name: expected \"\(name)\" like the folder, got \(JSONValue.string(self.name).brief)")
    }
    version = try fields.text("version", longest: 64)
    summary = try fields.text("summary", longest: 300)
    kind = try fields.choice("kind")
    defaults = try fields.object("defaults") ?? [:]
    preset = try Self.preset(&fields, kind: kind)
    options = try Self.options(try fields.object("options") ?? [:])
    functions = try Self.functions(functionNames, kind: kind)
    json = [
      "name": .string(self.name), "version": .string(version), "summary": .string(summary), "kind": .string(kind.rawValue),
      "options": options.json, "defaults": defaults, "preset": preset?.json ?? .null,
      "functions": .array(PluginFunction.allCases.filter(functions.contains).map { .string($0.rawValue) }),
    ]
  }

  private static func functions(_ names: JSONValue?, kind: Kind) throws(PluginProblem) -> Set<PluginFunction> {
    var functions: Set<PluginFunction> = []
    for name in (names?.elements ?? []).compactMap(\.stringValue) {
      guard let function = PluginFunction(rawValue: name) else {
        throw PluginProblem("plugin.lua: unknown function \(name); a plugin has filter, transform, transform_batch, response or receive")
      }
      functions.insert(function)
    }
    switch kind {
    case .stage:
      guard !functions.contains(.receive) else { throw PluginProblem("plugin.lua: receive belongs to plugins of kind \"source\"") }
      guard !functions.isEmpty else {
        throw PluginProblem("plugin.lua: a stage needs one of filter, transform, transform_batch and response")
      }
    case .source:
      guard functions == [.receive] else { throw PluginProblem("plugin.lua: a source needs receive, and nothing but receive") }
    }
    return functions
  }

  /// Takes what a source plugin says of its provider's requests; stages have nothing to say of it.
  private static func preset(_ fields: inout ManifestFields, kind: Kind) throws(PluginProblem) -> SourcePreset? {
    var members: [JSONValue.Member] = []
    for name in SourcePreset.members {
      guard let value = fields.take(name) else { continue }
      guard kind == .source else { throw PluginProblem("plugin.lua: \(name): belongs to plugins of kind \"source\"") }
      members.append(JSONValue.Member(name, name.hasSuffix("methods") && value == [:] ? [] : value))  // Lua's empty table.
    }
    guard !members.isEmpty else { return nil }
    do throws(JSONProblem) {
      return try SourcePreset(json: .object(members))
    } catch {
      throw PluginProblem("plugin.lua: \(error)")
    }
  }

  private static func options(_ declared: JSONValue) throws(PluginProblem) -> OptionSchema {
    var options: [PluginOption] = []
    for member in declared.members ?? [] { options.append(try PluginOption(member.key, member.value)) }
    return OptionSchema(options: options)
  }
}
