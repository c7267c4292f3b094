// Writes the query and the path segments of a URL.

/// Percent-encoding by RFC 3986.
enum QueryString {
  /// The pairs that have a value as `?a=b&c=d`; empty when there is none.
  static func encode(_ pairs: [(String, String?)]) -> String {
    let present = pairs.compactMap { name, value in value.map { "\(name)=\(escape($0))" } }
    return present.isEmpty ? "" : "?" + present.joined(separator: "&")
  }

  /// A text with everything but RFC 3986's unreserved characters escaped, so that it is one segment or value.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        escaped.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        escaped += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return escaped
  }
}
