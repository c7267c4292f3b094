// The ways in which a secret may be written into a request.

import TidehookCore

/// Writes a secret in every encoding that scripts have a function for, so that it is found in what they made.
package enum SecretForms {
  /// Shorter texts are not hidden: they would blot out half of a body, and are no secrets.
  private static let shortest = 4

  /// The forms of a secret; none for a text that is too short.
  package static func of(_ secret: String) -> [[UInt8]] {
    let bytes = Array(secret.utf8)
    guard bytes.count >= shortest else { return [] }
    let json = escapedAsJSON(secret)
    let hex = Hex.encode(bytes)
    let texts =
      [secret, json, escapedAsJSON(json), hex, hex.uppercased()]
      + [percentEncoded(bytes, keeping: "-._~", space: "%20"), percentEncoded(bytes, keeping: "*-._", space: "+")]
      + (0..<3).flatMap { inBase64(bytes, after: $0) }
    return texts.map { Array($0.utf8) }.filter { $0.count >= shortest }
  }

  private static func escapedAsJSON(_ text: String) -> String {
    String(decoding: JSONValue.string(text).bytes.dropFirst().dropLast(), as: UTF8.self)
  }

  /// As RFC 3986 and the WHATWG's forms write what they do not keep.
  private static func percentEncoded(_ bytes: [UInt8], keeping kept: String, space: String) -> String {
    var text = ""
    for byte in bytes {
      let scalar = Unicode.Scalar(byte)
      if byte == UInt8(ascii: " ") {
        text += space
      } else if scalar.properties.isASCIIHexDigit || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || kept.unicodeScalars.contains(scalar)
      {
        text.unicodeScalars.append(scalar)
      } else {
        text += "%" + Hex.encode([byte]).uppercased()
      }
    }
    return text
  }

  /// What is the same in base64 whatever stands around the secret, when `offset` bytes of a group of three stand before it; both alphabets.
  private static func inBase64(_ bytes: [UInt8], after offset: Int) -> [String] {
    let whole = Base64.encode(Array(repeating: 0, count: offset) + bytes)
    let first = (offset * 8 + 5) / 6
    let end = (offset + bytes.count) * 8 / 6
    let text = String(decoding: Array(whole.utf8)[first..<max(first, end)], as: UTF8.self)
    return [text, String(text.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })]
  }
}
