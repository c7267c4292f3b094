// Reads the fields of a JSON object strictly: each refusal names the field, what was expected and what came.

import TidehookCore

/// One value of a request body and its path in it.
struct Field {
  /// Where it stands: `retry.max_retries`.
  let path: String
  /// What stands there.
  let value: JSONValue

  /// A refusal that repeats the value, cut short.
  func unexpected(_ expectation: String, code: ErrorCode = .invalidField) -> APIError {
    .unexpected(path, expectation, got: value.shown, code: code)
  }

  /// A refusal that does not repeat the value, for what may be secret.
  func unexpectedSecret(_ expectation: String) -> APIError {
    .unexpected(path, expectation, got: value.stringValue.map { "a string of \($0.utf8.count) bytes" } ?? value.shown)
  }

  func string(_ expectation: String = "a string") throws -> String {
    guard let text = value.stringValue else { throw unexpected(expectation) }
    return text
  }

  func bool() throws -> Bool {
    guard let value = value.boolValue else { throw unexpected("true or false") }
    return value
  }

  func integer(in range: ClosedRange<Int64>) throws -> Int {
    guard let number = value.integerValue, range.contains(number) else {
      throw unexpected("a whole number of \(range.lowerBound)...\(range.upperBound)")
    }
    return Int(number)
  }

  func number(in range: ClosedRange<Double>) throws -> Double {
    guard let number = value.doubleValue, range.contains(number) else {
      throw unexpected("a number of \(Self.short(range.lowerBound))...\(Self.short(range.upperBound))")
    }
    return number
  }

  func elements(_ expectation: String) throws -> [Field] {
    guard let elements = value.elements else { throw unexpected(expectation) }
    return elements.enumerated().map { Field(path: "\(path)[\($0.offset)]", value: $0.element) }
  }

  private static func short(_ number: Double) -> String {
    number == number.rounded() ? "\(Int64(number))" : "\(number)"
  }
}

/// The fields of an object, of which none is unknown.
struct Fields {
  private let path: String
  private let members: [JSONValue.Member]

  /// - Parameters:
  ///   - value: what must be an object.
  ///   - path: where it stands; empty for the body itself.
  ///   - known: the names that it may have.
  ///   - readOnly: names that answers have and requests must not.
  init(_ value: JSONValue, path: String = "", known: [String], readOnly: [String] = []) throws {
    guard let members = value.members else {
      if path.isEmpty { throw APIError(.invalidBody, "expected a JSON object as the body, got \(value.shown)") }
      throw APIError.unexpected(path, "an object", got: value.shown)
    }
    self.path = path.isEmpty ? "" : path + "."
    self.members = members
    for member in members where !known.contains(member.key) {
      throw Self.unknown(self.path + member.key, isReadOnly: readOnly.contains(member.key), known: known)
    }
  }

  /// The field of that name, `null` included.
  subscript(name: String) -> Field? {
    members.first { $0.key == name }.map { Field(path: path + name, value: $0.value) }
  }

  /// The field of that name; its absence is refused.
  func required(_ name: String) throws -> Field {
    guard let field = self[name] else { throw APIError(.missingField, "\(path)\(name): is required", field: path + name) }
    return field
  }

  /// What a change says about the field of that name: nothing, its default (`null`), or a value.
  func change<Value>(_ name: String, read: (Field) throws -> Value) throws -> Change<Value> {
    guard let field = self[name] else { return .absent }
    return field.value == .null ? .reset : .set(try read(field))
  }

  private static func unknown(_ path: String, isReadOnly: Bool, known: [String]) -> APIError {
    if isReadOnly { return APIError(.readOnlyField, "\(path): cannot be set", field: shortened(path, to: 128)) }
    let names = known.joined(separator: ", ")
    return APIError(.unknownField, "unknown field \(quoted(path)), known are \(names)", field: shortened(path, to: 128))
  }
}

/// What a request says about one field.
enum Change<Value> {
  /// Nothing: it stays as it is.
  case absent
  /// `null`: it goes back to its default.
  case reset
  /// A value.
  case set(Value)

  /// Whether the request says anything.
  var isGiven: Bool {
    if case .absent = self { false } else { true }
  }

  /// The value after the change.
  func applied(to current: Value, default fallback: Value) -> Value {
    switch self {
    case .absent: current
    case .reset: fallback
    case .set(let value): value
    }
  }
}

extension JSONValue {
  /// The value in a few words, for messages.
  var shown: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let literal): String(literal.prefix(32))
    case .string(let text): quoted(text)
    case .array(let elements): elements.isEmpty ? "an empty array" : "an array"
    case .object: "an object"
    }
  }
}
