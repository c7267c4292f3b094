// JSON as a tree, for answers and configuration; events on the hot path stay bytes.

/// A JSON value.
///
/// Objects keep the order of their members. Two objects are equal only when their members stand in the same order.
public enum JSONValue: Sendable, Hashable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// An integer that 64 bits hold; `1.0` and `1e3` are such integers too.
  case integer(Int64)
  /// Any other number, as its canonical literal, so that no digit is lost.
  case number(String)
  /// A string; a lone surrogate in the text became U+FFFD, which Swift's strings require.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object with its members in order; keys are distinct when it was parsed.
  case object([Member])

  /// A member of an object.
  public struct Member: Sendable, Hashable {
    /// The name, unescaped.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// Makes a member.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Parses a JSON text with the rules of `JSONCanonicalizer` for numbers, duplicate keys and order.
  /// - Parameter maximumDepth: 1 to 192, by default 128; how deep arrays and objects may nest.
  public init(parsing text: [UInt8], maximumDepth: Int = 128) throws(JSONError) {
    let canonical = try CanonicalJSON.canonicalize(text, maximumDepth: maximumDepth)
    var builder = JSONTreeBuilder()
    try canonical.withUnsafeBufferPointer { (text) throws(JSONError) in
      try JSONTokenizer.read(text, maximumDepth: maximumDepth, into: &builder)
    }
    self = builder.root
  }

  /// A finite double as a number, `null` for an infinity or NaN, as in JavaScript.
  public static func double(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    var text: [UInt8] = []
    text.appendCanonical(value)
    return number(canonical: String(decoding: text, as: UTF8.self))
  }

  /// The value as compact JSON.
  public var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.value(self)
    return writer.bytes
  }

  /// The value of the member `key`; `nil` when there is none or the value is no object.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }

  /// The element at `index`; `nil` when there is none or the value is no array.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text of a string, else `nil`.
  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of an integer that 64 bits hold, else `nil`.
  public var integerValue: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The double nearest to any number, infinite when it is too large for one; `nil` for what is no number.
  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let literal): Double(literal)
    case .null, .bool, .string, .array, .object: nil
    }
  }

  /// The value of `true` or `false`, else `nil`.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The elements of an array, else `nil`.
  public var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members of an object in order, else `nil`.
  public var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// What the value is.
  public var kind: JSONKind {
    switch self {
    case .null: .null
    case .bool: .bool
    case .integer, .number: .number
    case .string: .string
    case .array: .array
    case .object: .object
    }
  }

  /// A number from its canonical literal.
  static func number(canonical literal: String) -> JSONValue { Int64(literal).map { .integer($0) } ?? .number(literal) }
}

extension JSONWriter {
  /// Writes a value with all that is in it; the nesting of the value must leave room on the stack.
  public mutating func value(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .number(let literal): raw(literal.utf8)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { self.value(element) }
      endArray()
    case .object(let members):
      beginObject()
      for member in members {
        key(member.key)
        self.value(member.value)
      }
      endObject()
    }
  }
}
