// The rules of a source's simple fields.

import TidehookCore

extension Field {
  static let sourceNameExpectation = "1 to 63 characters of a-z, 0-9, _ and -"

  /// A value that the core reads; its problem is told as one of this field.
  func read<Value>(_ read: (JSONValue) throws(JSONProblem) -> Value) throws -> Value {
    do {
      return try read(value)
    } catch {
      let problem = error.within(path)
      throw APIError(.invalidField, problem.description, field: problem.path)
    }
  }

  /// What a source is called.
  func sourceName() throws -> String {
    guard let name = value.stringValue, (1...63).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
      throw unexpected(Self.sourceNameExpectation)
    }
    return name
  }

  /// A secret, or a public key, of a sender.
  func sourceSecret() throws -> Secret {
    guard let text = value.stringValue, (1...2048).contains(text.utf8.count) else { throw unexpectedSecret("a string of 1 to 2048 bytes") }
    return Secret(text)
  }

  /// Several secrets, any of which may match.
  func sourceSecrets() throws -> [Secret] {
    let expectation = "an array of 1 to 8 secrets"
    guard let elements = value.elements else { throw unexpectedSecret(expectation) }
    guard (1...8).contains(elements.count) else { throw APIError.unexpected(path, expectation, got: "\(elements.count) of them") }
    return try self.elements(expectation).map { try $0.sourceSecret() }
  }

  /// The methods that a source takes, without repetitions.
  func methods() throws -> [String] {
    let known = SourcePreset.knownMethods
    let expectation = "an array of methods: \(known.joined(separator: ", "))"
    let elements = try elements(expectation)
    guard !elements.isEmpty else { throw unexpected(expectation) }
    var methods: [String] = []
    for element in elements {
      guard let method = element.value.stringValue, known.contains(method) else {
        throw element.unexpected("a method: \(known.joined(separator: ", "))")
      }
      if !methods.contains(method) { methods.append(method) }
    }
    return methods
  }

  /// Media types without parameters, in lower case.
  func mediaTypes() throws -> [String] {
    let expectation = "an array of at most 20 media types"
    let elements = try elements(expectation)
    guard elements.count <= 20 else { throw unexpected(expectation) }
    return try elements.map { element in
      guard let type = element.value.stringValue?.lowercased(), Self.isMediaType(type) else {
        throw element.unexpected("a media type like application/json")
      }
      return type
    }
  }

  private static func isMediaType(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { (1...100).contains($0.count) && $0.allSatisfy { isNameByte($0) || ".+".utf8.contains($0) } }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
