// Headers and bodies as JSON.

import TidehookCore

extension JSONWriter {
  /// Writes a text, or `null`.
  mutating func optional(_ text: String?) {
    if let text { string(text) } else { null() }
  }

  /// Writes headers as an object; values of one name are joined with a comma, as RFC 9110, section 5.3, has it.
  mutating func headers(_ headers: [HeaderField]) {
    var names: [String] = []
    var values: [String: (name: String, value: String)] = [:]
    for header in headers {
      let name = header.name.lowercased()
      if let earlier = values[name] {
        values[name] = (earlier.name, earlier.value + ", " + header.value)
      } else {
        names.append(name)
        values[name] = (header.name, header.value)
      }
    }
    beginObject()
    for name in names {
      guard let header = values[name] else { continue }
      key(header.name)
      string(header.value)
    }
    endObject()
  }

  /// Writes `"body"` as text; a body that is no UTF-8 becomes `null` with its bytes in `"body_base64"`, none only `null`.
  mutating func body(_ body: [UInt8]?, isTruncated: Bool) {
    key("body")
    guard let body else { return null() }
    let whole = isTruncated ? Self.withoutCutCharacter(body) : body[...]
    if let text = String(validating: whole, as: UTF8.self) { return string(text) }
    null()
    key("body_base64")
    string(Base64.encode(body))
  }

  /// The bytes without the beginning of a character whose end was cut off: at most three.
  private static func withoutCutCharacter(_ body: [UInt8]) -> ArraySlice<UInt8> {
    for length in 1...3 where body.count >= length {
      let lead = body[body.count - length]
      guard lead & 0b1100_0000 != 0b1000_0000 else { continue }
      let isCut = lead >= 0b1100_0000 && length < (lead >= 0b1111_0000 ? 4 : lead >= 0b1110_0000 ? 3 : 2)
      return isCut ? body.dropLast(length) : body[...]
    }
    return body[...]
  }
}

/// Base 64 with padding (RFC 4648, section 4).
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
      for place in 0..<4 {
        text.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a text is base 64 of at least one byte, padded.
  static func isValid(_ text: some Collection<UInt8>) -> Bool {
    guard !text.isEmpty, text.count % 4 == 0 else { return false }
    let padding = text.suffix(2).filter { $0 == UInt8(ascii: "=") }.count
    return text.dropLast(padding).allSatisfy { alphabet.contains($0) }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
