// What scripts find in events: every path of some events as Lua spells it, with what stands there.

/// Collects the paths of events, in the order in which they first appear.
public struct EventPaths: Sendable {
  /// One path.
  public struct Path: Sendable {
    /// The path as Lua spells it: `event.data.tags[1]`.
    public var name: String
    /// The types of the values that stand there, in Lua's and JSON's words, the first one first.
    public var types: [String]
    /// In how many events something stands there.
    public var count: Int
    /// The first value: a short text, a number, a boolean; `null` for an object, an array of at most three short values.
    public var example: JSONValue
  }

  /// The paths so far.
  public private(set) var paths: [Path] = []
  /// How many events were looked at.
  public private(set) var events = 0
  private var indexes: [String: Int] = [:]

  /// More paths are not collected.
  public static let maximumPaths = 500
  /// Deeper than this nothing is looked at, in names.
  public static let maximumDepth = 8
  /// Longer texts are cut, in characters.
  public static let maximumText = 80

  /// Makes a collection without paths.
  public init() {}

  /// Adds an event's envelope.
  public mutating func add(_ payload: [UInt8]) {
    guard let value = try? JSONValue(parsing: payload) else { return }
    events += 1
    for member in value.members ?? [] { add(member.value, at: "event" + Self.suffix(member.key), depth: 1) }
  }

  private mutating func add(_ value: JSONValue, at name: String, depth: Int) {
    guard note(value, at: name), depth < Self.maximumDepth else { return }
    switch value {
    case .object(let members): for member in members { add(member.value, at: name + Self.suffix(member.key), depth: depth + 1) }
    case .array(let elements): if let first = elements.first { add(first, at: name + "[1]", depth: depth + 1) }
    case .null, .bool, .integer, .number, .string: return
    }
  }

  /// Returns whether there was room.
  private mutating func note(_ value: JSONValue, at name: String) -> Bool {
    let type = Self.type(of: value)
    guard let index = indexes[name] else {
      guard paths.count < Self.maximumPaths else { return false }
      indexes[name] = paths.count
      paths.append(Path(name: name, types: [type], count: 1, example: Self.example(value)))
      return true
    }
    paths[index].count += 1
    if !paths[index].types.contains(type) { paths[index].types.append(type) }
    if paths[index].example == .null { paths[index].example = Self.example(value) }
    return true
  }

  private static func type(of value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .integer, .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  private static func example(_ value: JSONValue) -> JSONValue {
    switch value {
    case .null, .bool, .integer, .number: return value
    case .string(let text): return .string(text.count > maximumText ? String(text.prefix(maximumText)) + "…" : text)
    case .object: return .null
    case .array(let elements):
      let isFlat = elements.allSatisfy { $0.members == nil && $0.elements == nil }
      return isFlat ? .array(elements.prefix(3).map(example)) : .null
    }
  }

  /// How a member is spelled behind what it is a member of: `.name`, or `["odd name"]` where that is no name in Lua.
  public static func suffix(_ key: String) -> String {
    let bytes = Array(key.utf8)
    let isName =
      bytes.allSatisfy(isNameByte) && bytes.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    guard isName, !keywords.contains(key) else { return "[" + quoted(key) + "]" }
    return "." + key
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        // Three digits: a digit that follows is none of it.
        let digits = String(scalar.value)
        quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }

  /// The reserved words of Lua 5.4 (manual, section 3.1).
  private static let keywords: Set<String> = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat",
    "return", "then", "true", "until", "while",
  ]
}
