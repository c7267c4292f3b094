// Writes the query and the path segments of a URL.

import TidehookCore

/// Percent-encoding by RFC 3986.
enum QueryString {
  /// The pairs that have a value as `?a=b&c=d`; empty when there is none.
  static func encode(_ pairs: [(String, String?)]) -> String {
    let present = pairs.compactMap { name, value in value.map { "\(name)=\(escape($0))" } }
    return present.isEmpty ? "" : "?" + present.joined(separator: "&")
  }

  /// A text with everything but RFC 3986's unreserved characters escaped, so that it is one segment or value.
  static func escape(_ text: String) -> String { PercentEncoding.encode(text) }
}
