// Takes the members of a Lua table one by one, and says which one is wrong.

import TidehookCore

/// The members of a table that were not taken yet.
struct ManifestFields {
  private var members: [String: JSONValue]
  /// Where the table stands, for messages: `plugin.lua`, `plugin.lua: options.channel`.
  private var place: String

  /// Takes a table; Lua's empty table may come as an empty array.
  init(_ table: JSONValue, of place: String) {
    members = Dictionary((table.members ?? []).map { ($0.key, $0.value) }) { $1 }
    self.place = place
  }

  /// Says more exactly where the table stands.
  mutating func rename(_ place: String) { self.place = place }

  mutating func take(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }

  /// A text of one line that must be there.
  mutating func text(_ name: String, longest: Int) throws(PluginProblem) -> String {
    let value = take(name)
    guard let text = value?.stringValue, (1...longest).contains(text.count), !text.contains(where: \.isNewline) else {
      throw problem(name, expected: "a line of 1 to \(longest) characters", got: value)
    }
    return text
  }

  mutating func optionalText(_ name: String) throws(PluginProblem) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.stringValue else { throw problem(name, expected: "a string", got: value) }
    return text
  }

  mutating func bool(_ name: String) throws(PluginProblem) -> Bool {
    guard let value = take(name) else { return false }
    guard let bool = value.boolValue else { throw problem(name, expected: "true or false", got: value) }
    return bool
  }

  mutating func number(_ name: String) throws(PluginProblem) -> Double? {
    guard let value = take(name) else { return nil }
    guard let number = value.doubleValue else { throw problem(name, expected: "a number", got: value) }
    return number
  }

  mutating func object(_ name: String) throws(PluginProblem) -> JSONValue? {
    guard let value = take(name)?.asObject else { return nil }
    guard value.kind == .object else { throw problem(name, expected: "a table with names", got: value) }
    return value
  }

  mutating func list(_ name: String) throws(PluginProblem) -> [JSONValue]? {
    guard let value = take(name) else { return nil }
    guard let elements = value.elements, !elements.isEmpty else { throw problem(name, expected: "a list", got: value) }
    return elements
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(PluginProblem) -> Choice {
    guard let choice: Choice = try optionalChoice(name) else { throw problem(name, expected: Self.list(of: Choice.self), got: nil) }
    return choice
  }

  mutating func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(PluginProblem) -> Choice? {
    guard let value = take(name) else { return nil }
    guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
      throw problem(name, expected: Self.list(of: Choice.self), got: value)
    }
    return choice
  }

  /// Sees that there are no others. It is asked before any is taken: a name that is misspelt explains why another is missing.
  func expectOnly(_ known: [String]) throws(PluginProblem) {
    guard let name = members.keys.filter({ !known.contains($0) }).min() else { return }
    throw PluginProblem("\(place): unknown member \(JSONValue.string(name).brief); known are \(known.joined(separator: ", "))")
  }

  func problem(_ name: String, expected: String, got: JSONValue?) -> PluginProblem {
    PluginProblem("\(place): \(name): expected \(expected), got \(got?.brief ?? "nothing")")
  }

  private static func list<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> String {
    type.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }
}

extension JSONValue {
  /// An object, where Lua's empty table came as an empty array.
  var asObject: JSONValue { self == .array([]) ? .object([]) : self }
}
