// Which headers a webhook may add to its requests.

import TidehookCore

/// The headers of a request's `headers`.
struct HeaderFields {
  /// Those that everybody may see.
  var plain: [HeaderField] = []
  /// Those whose values are secret; `<secret>` stands for a value that is stored.
  var secret: [HeaderField] = []
}

enum HeaderRules {
  /// Reads an object of header names and values; a secret value is written `{"secret": "…"}`, one that is stored `"<secret>"`.
  static func headers(_ field: Field) throws -> HeaderFields {
    guard let members = field.value.members else { throw field.unexpected("an object of header names and values") }
    guard members.count <= 50 else { throw APIError.unexpected(field.path, "at most 50 headers", got: "\(members.count)") }
    var names: Set<String> = []
    var fields = HeaderFields()
    for member in members {
      let isSecret = member.value.members != nil || member.value.stringValue == EndpointAccess.mark
      let header = try header(member, path: field.path)
      guard names.insert(header.name.lowercased()).inserted else {
        let path = "\(field.path).\(header.name)"
        throw APIError(.invalidField, "\(path): expected each header once, got it twice", field: path)
      }
      if isSecret { fields.secret.append(header) } else { fields.plain.append(header) }
    }
    return fields
  }

  /// The text of a value, secret or not.
  private static func text(_ field: Field) throws -> Field {
    guard field.value.members != nil else { return field }
    return try Fields(field.value, path: field.path, known: ["secret"]).required("secret")
  }

  private static func header(_ member: JSONValue.Member, path: String) throws -> HeaderField {
    let field = Field(path: "\(path).\(shortened(member.key, to: 64))", value: member.value)
    guard (1...128).contains(member.key.utf8.count), member.key.utf8.allSatisfy(isTokenByte) else {
      throw APIError.unexpected(path, "header names of letters, digits and -", got: quoted(member.key))
    }
    guard !reserved.contains(member.key.lowercased()) else {
      throw APIError(.invalidField, "\(field.path): this header is set by Tidehook and cannot be changed", field: field.path)
    }
    let given = try text(field)
    guard let text = given.value.stringValue, text.utf8.count <= 4096, text.utf8.allSatisfy(isValueByte) else {
      throw given.unexpectedSecret("a string of at most 4096 bytes without line breaks and other control characters")
    }
    return HeaderField(member.key, trimmed(text))
  }

  /// Framing and connection headers, which the client sets, and those that prove a message, or say that it is no delivery.
  private static let reserved = HeaderField.framing.union(HeaderField.proving).union(HeaderField.marking)

  /// RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  /// RFC 9110, section 5.5.
  private static func isValueByte(_ byte: UInt8) -> Bool {
    byte == 0x09 || (byte >= 0x20 && byte != 0x7f)
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(text[first...last])
  }
}
