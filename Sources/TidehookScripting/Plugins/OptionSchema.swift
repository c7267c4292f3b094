// The options of a plugin as it declares them, and what that makes of the options in a pipeline.

public import TidehookCore

/// Why a stage's options cannot be used.
public struct OptionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Which member of the stage: `options`, `options.channel`.
  public let member: String
  /// What was expected and what came; never a secret.
  public let message: String

  /// Both.
  public var description: String { "\(member): \(message)" }
}

/// The declared options of a plugin, by name.
public struct OptionSchema: Sendable, Equatable {
  /// The options, sorted by name.
  public let options: [PluginOption]

  /// No options.
  public static let none = OptionSchema(options: [])

  /// Makes a schema; options must have distinct names.
  public init(options: [PluginOption]) {
    self.options = options.sorted { $0.name < $1.name }
  }

  /// The same with every option secret, for messages that show no values.
  var hidingValues: OptionSchema {
    OptionSchema(
      options: options.map { option in
        var hidden = option
        hidden.isSecret = true
        return hidden
      })
  }

  /// The names of the options whose values are never shown.
  public var secretNames: [String] { options.filter(\.isSecret).map(\.name) }

  /// The option of that name.
  public subscript(name: String) -> PluginOption? { options.first { $0.name == name } }

  /// Checks the options of a stage; `null` counts as not given.
  /// - Parameter runtime: matches Lua patterns.
  public func check(_ given: JSONValue, with runtime: LuaRuntime) async throws(OptionError) {
    try checkValues(given)
    for option in options {
      guard let pattern = option.pattern, let text = given[option.name]?.stringValue else { continue }
      guard await !LuaPattern(pattern).matches(text, with: runtime) else { continue }
      throw error(
        option, "expected a string that matches the Lua pattern \(JSONValue.string(pattern).brief), got \(option.shown(.string(text)))")
    }
  }

  /// The same without the patterns, which only scripts can match.
  func checkValues(_ given: JSONValue) throws(OptionError) {
    guard let members = given.members else {
      throw OptionError(member: "options", message: "expected an object, got \(given.kindNoun)")
    }
    for member in members where self[member.key] == nil {
      let known = options.isEmpty ? "it has none" : "it has \(options.map(\.name).joined(separator: ", "))"
      throw OptionError(member: "options.\(member.key)", message: "expected an option of the plugin, got an unknown one; \(known)")
    }
    for option in options {
      let value = given[option.name] ?? .null
      if value == .null {
        if option.isRequired { throw error(option, "expected \(option.expectation), got nothing") }
      } else if let problem = option.problem(with: value) {
        throw error(option, problem)
      }
    }
  }

  /// The options as a script sees them: what was given, then the defaults of what was not.
  public func filled(_ given: JSONValue) -> JSONValue {
    var members = (given.members ?? []).filter { $0.value != .null }
    for option in options {
      guard let value = option.defaultValue, !members.contains(where: { $0.key == option.name }) else { continue }
      members.append(JSONValue.Member(option.name, value))
    }
    return .object(members)
  }

  private func error(_ option: PluginOption, _ message: String) -> OptionError {
    OptionError(member: "options.\(option.name)", message: message)
  }
}
