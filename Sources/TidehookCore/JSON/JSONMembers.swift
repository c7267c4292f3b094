// Reads the members of a configuration's JSON object strictly. Members that are `null` count as absent.

/// The members of an object, of which none is unknown.
public struct JSONMembers: Sendable {
  private let members: [JSONValue.Member]

  /// Takes an object; throws when it is none, or has a member that is not `known`.
  public init(_ value: JSONValue, known: [String]) throws(JSONProblem) {
    guard let members = value.members else { throw JSONProblem("", "expected an object, got \(Self.shown(value))") }
    if let unknown = members.first(where: { !known.contains($0.key) }) {
      throw JSONProblem(Self.shortened(unknown.key), "is unknown, known are \(known.joined(separator: ", "))")
    }
    self.members = members
  }

  /// The value of a member.
  public subscript(name: String) -> JSONValue? {
    guard let value = members.first(where: { $0.key == name })?.value, value != .null else { return nil }
    return value
  }

  /// A text of 1 to `longest` bytes.
  public func text(_ name: String, longest: Int = 256) throws(JSONProblem) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.stringValue, (1...longest).contains(text.utf8.count) else {
      throw Self.unexpected(name, "a string of 1 to \(longest) bytes", value)
    }
    return text
  }

  /// A whole number of a range.
  public func integer(_ name: String, in range: ClosedRange<Int64>) throws(JSONProblem) -> Int64? {
    guard let value = self[name] else { return nil }
    guard let number = value.integerValue, range.contains(number) else {
      throw Self.unexpected(name, "a whole number of \(range.lowerBound)...\(range.upperBound)", value)
    }
    return number
  }

  /// One of the names of a type.
  public func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(JSONProblem) -> Choice? {
    guard let value = self[name] else { return nil }
    guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else {
      throw Self.unexpected(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), value)
    }
    return choice
  }

  /// The name of a header (RFC 9110, section 5.1).
  public func headerName(_ name: String) throws(JSONProblem) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.stringValue, (1...128).contains(text.utf8.count), text.utf8.allSatisfy(Self.isTokenByte) else {
      throw Self.unexpected(name, "the name of a header", value)
    }
    return text
  }

  /// An array of up to `most` texts, each as `read` takes it, without repetitions.
  public func list<Element: Equatable>(
    _ name: String, _ expectation: String, most: Int, read: (String) -> Element?
  ) throws(JSONProblem) -> [Element]? {
    guard let value = self[name] else { return nil }
    guard let elements = value.elements, elements.count <= most else {
      throw Self.unexpected(name, "an array of at most \(most)", value)
    }
    var list: [Element] = []
    for (index, element) in elements.enumerated() {
      guard let read = element.stringValue.flatMap(read) else { throw Self.unexpected("\(name)[\(index)]", expectation, element) }
      if !list.contains(read) { list.append(read) }
    }
    return list
  }

  /// The problem of a value that is not as expected.
  static func unexpected(_ name: String, _ expectation: String, _ value: JSONValue) -> JSONProblem {
    JSONProblem(name, "expected \(expectation), got \(shown(value))")
  }

  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .null, .bool, .integer, .number: shortened(String(decoding: value.bytes, as: UTF8.self))
    case .string(let text): "\"\(shortened(text))\""
    case .array(let elements): "an array of \(elements.count)"
    case .object: "an object"
    }
  }

  private static func shortened(_ text: String) -> String {
    guard text.unicodeScalars.count > 64 else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(64))) + "…"
  }

  /// `tchar` of RFC 9110, section 5.6.2.
  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
