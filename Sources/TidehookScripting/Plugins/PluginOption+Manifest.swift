// Reads the declaration of an option, and writes it for the API.

import TidehookCore

extension PluginOption {
  private static let members = ["type", "description", "required", "default", "enum", "pattern", "min", "max", "items", "secret"]

  /// Checks a declaration.
  init(_ name: String, _ declaration: JSONValue) throws(PluginProblem) {
    let place = "plugin.lua: options.\(name)"
    guard PluginName.isOption(name) else {
      throw PluginProblem("\(place): an option's name is a lower-case letter and at most 62 more letters, digits and _")
    }
    guard declaration.kind == .object else { throw PluginProblem("\(place): expected a table with type, got \(declaration.brief)") }
    var fields = ManifestFields(declaration, of: place)
    try fields.expectOnly(Self.members)
    self.name = name
    kind = try fields.choice("type")
    summary = try fields.optionalText("description") ?? ""
    isRequired = try fields.bool("required")
    isSecret = try fields.bool("secret")
    choices = try fields.list("enum")
    pattern = try fields.optionalText("pattern")
    minimum = try fields.number("min")
    maximum = try fields.number("max")
    items = try fields.optionalChoice("items")
    defaultValue = Self.table(fields.take("default"), as: kind)
    try checkRules(fields)
  }

  /// Sees that the rules go together.
  private func checkRules(_ fields: ManifestFields) throws(PluginProblem) {
    let rules: [(broken: Bool, String)] = [
      (isSecret && kind != .string, "only strings can be secret"),
      (isSecret && defaultValue != nil, "a secret has no default"),
      (isRequired && defaultValue != nil, "what is required has no default"),
      (pattern != nil && kind != .string, "pattern is for strings"),
      (items != nil && kind != .array, "items is for arrays"),
      (
        (minimum ?? maximum) != nil && ![.string, .integer, .number, .array].contains(kind),
        "min and max are for strings, numbers and arrays"
      ),
      (minimum ?? -.infinity > maximum ?? .infinity, "min is above max"),
      (choices?.contains { !kind.admits($0) } ?? false, "enum holds what is not \(kind.noun)"),
    ]
    if let (_, message) = rules.first(where: \.broken) { throw PluginProblem("plugin.lua: options.\(name): \(message)") }
    if let defaultValue, let problem = problem(with: defaultValue) {
      throw PluginProblem("plugin.lua: options.\(name): default: \(problem)")
    }
  }

  /// Lua's empty table is an empty array or an empty object, as the type says.
  private static func table(_ value: JSONValue?, as kind: Kind) -> JSONValue? {
    switch (kind, value) {
    case (.object, .array([])): .object([])
    case (.array, .object([])): .array([])
    default: value
    }
  }
}

extension OptionSchema {
  /// The declarations as the API shows them.
  var json: JSONValue { .object(options.map { JSONValue.Member($0.name, $0.json) }) }
}

extension PluginOption {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [.init("type", .string(kind.rawValue)), .init("description", .string(summary))]
    if isRequired { members.append(.init("required", true)) }
    if isSecret { members.append(.init("secret", true)) }
    if let defaultValue { members.append(.init("default", defaultValue)) }
    if let choices { members.append(.init("enum", .array(choices))) }
    if let pattern { members.append(.init("pattern", .string(pattern))) }
    if let minimum { members.append(.init("min", .double(minimum))) }
    if let maximum { members.append(.init("max", .double(maximum))) }
    if let items { members.append(.init("items", .string(items.rawValue))) }
    return .object(members)
  }
}
