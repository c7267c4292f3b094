// Takes the names of headers out of rules.

import TidehookCore

extension VerificationRule {
  /// The rule's header, which its scheme cannot do without.
  func requiredHeader(_ expectation: String) throws(SigningError) -> String {
    guard let header else { throw .unusable(field: "verify.header", expected: expectation, got: "none") }
    return try Self.checkedHeader(header, field: "verify.header")
  }

  /// A header's name if it is one (RFC 9110, section 5.1).
  static func checkedHeader(_ name: String, field: String) throws(SigningError) -> String {
    guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
      throw .unusable(
        field: field, expected: "the name of a header", got: name.isEmpty ? "an empty one" : "characters that names do not have")
    }
    return name
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
