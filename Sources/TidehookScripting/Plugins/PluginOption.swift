// One option that a plugin declares, and the rules for its values.

public import TidehookCore

/// An option of a plugin.
public struct PluginOption: Sendable, Equatable {
  /// What kinds of values there are.
  public enum Kind: String, Sendable, CaseIterable {
    /// A text.
    case string
    /// A whole number.
    case integer
    /// Any number.
    case number
    /// `true` or `false`.
    case boolean
    /// An array.
    case array
    /// An object.
    case object
    /// Anything.
    case any
  }

  /// How long a secret may be, as JSON in bytes: whatever is recorded is searched for it.
  private static let longestSecret = 4096

  /// Its name: a lower-case letter, then letters, digits and `_`.
  public let name: String
  /// What values it takes.
  public let kind: Kind
  /// What it is for.
  public let summary: String
  /// Whether a webhook must give it.
  public let isRequired: Bool
  /// Whether the API never shows its value; strings only.
  public internal(set) var isSecret: Bool
  /// What holds when a webhook does not give it.
  public let defaultValue: JSONValue?
  /// The only values it takes; `nil` for no such list.
  public let choices: [JSONValue]?
  /// A Lua pattern that a string must contain a match of.
  public let pattern: String?
  /// The least value of a number, or the fewest characters or elements.
  public let minimum: Double?
  /// The greatest value of a number, or the most characters or elements.
  public let maximum: Double?
  /// What the elements of an array are; `nil` for anything.
  public let items: Kind?

  /// Why a value cannot be used, apart from the pattern; `nil` when it can.
  func problem(with value: JSONValue) -> String? {
    if let choices {
      return choices.contains { $0.means(value) } ? nil : "expected \(Self.list(choices)), got \(shown(value))"
    }
    guard kind.admits(value) else { return "expected \(expectation), got \(shown(value))" }
    if let items, let index = value.elements?.firstIndex(where: { !items.admits($0) }) {
      return "expected \(items.noun) as element \(index + 1), got \(shown(value[index] ?? .null))"
    }
    if isSecret, value.bytes.count > Self.longestSecret { return "expected a secret of at most \(Self.longestSecret) bytes, got more" }
    guard let size = size(of: value) else { return nil }
    let isTooSmall = minimum.map { size < $0 } ?? false
    let isTooLarge = maximum.map { size > $0 } ?? false
    guard isTooSmall || isTooLarge else { return nil }
    let got = value.doubleValue == nil ? "\(Int(size))" : shown(value)
    return "expected \(expectation), got \(got)"
  }

  /// What values it takes, in words: `a string of 1 to 80 characters`.
  var expectation: String {
    if let choices { return Self.list(choices) }
    guard let range else { return kind.noun }
    switch kind {
    case .string: return "a string of \(range) characters"
    case .array: return "an array of \(range) elements"
    case .integer, .number: return "\(kind.noun) of \(range)"
    case .boolean, .object, .any: return kind.noun
    }
  }

  /// What a message says was given: never a secret.
  func shown(_ value: JSONValue) -> String {
    isSecret ? value.stringValue.map { "a string of \($0.count) characters" } ?? value.kindNoun : value.brief
  }

  private var range: String? {
    switch (minimum, maximum) {
    case (nil, nil): nil
    case (let least?, nil): "at least \(least.short)"
    case (nil, let most?): "at most \(most.short)"
    case (let least?, let most?): least == most ? least.short : "\(least.short) to \(most.short)"
    }
  }

  private func size(of value: JSONValue) -> Double? {
    switch kind {
    case .string: value.stringValue.map { Double($0.unicodeScalars.count) }
    case .array: value.elements.map { Double($0.count) }
    case .integer, .number: value.doubleValue
    case .boolean, .object, .any: nil
    }
  }

  private static func list(_ choices: [JSONValue]) -> String {
    let texts = choices.map(\.brief)
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "nothing" }
    return texts.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension PluginOption.Kind {
  /// The kind with its article, for messages.
  var noun: String {
    switch self {
    case .string: "a string"
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .array: "an array"
    case .object: "an object"
    case .any: "any value"
    }
  }

  func admits(_ value: JSONValue) -> Bool {
    switch self {
    case .string: value.kind == .string
    case .integer: value.integerValue != nil
    case .number: value.kind == .number
    case .boolean: value.kind == .bool
    case .array: value.kind == .array
    case .object: value.kind == .object
    case .any: true
    }
  }
}

extension JSONValue {
  /// The value as a message shows it: short ones whole, long ones by their kind.
  var brief: String {
    switch self {
    case .null, .bool, .integer, .number: String(decoding: bytes, as: UTF8.self)
    case .string(let text): text.count <= 60 ? String(decoding: bytes, as: UTF8.self) : "a string of \(text.count) characters"
    case .array, .object: kindNoun
    }
  }

  /// What it is, with its article.
  var kindNoun: String {
    switch kind {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension Double {
  /// Without a fraction where there is none.
  var short: String { self == rounded() && abs(self) < 1e15 ? "\(Int64(self))" : "\(self)" }
}
