// One file of the console, as it is served.

import TidehookCore
import TidehookSigning

/// A file's bytes, and what is said of them.
struct ConsoleFile: Sendable, Hashable {
  let mediaType: String
  let bytes: [UInt8]
  /// Changes with the bytes (RFC 9110, section 8.8.3).
  let tag: String

  /// - Parameter name: the file's name, whose ending tells its type.
  init(name: String, bytes: [UInt8]) {
    mediaType = Self.mediaTypes[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    self.bytes = bytes
    let digest = (try? Digest.sha256(bytes)) ?? []
    tag = "\"\(Hex.encode(Array(digest.prefix(12))))\""
  }

  /// Whether an `If-None-Match` names these bytes; the comparison is the weak one, as RFC 9110, section 13.1.2, has it.
  func isKnown(by header: String?) -> Bool {
    guard let header, tag.count > 2 else { return false }
    return header.split(separator: ",").contains { element in
      let text = element.drop { $0 == " " }.prefix { $0 != " " }
      return text == "*" || text == tag || text == "W/" + tag
    }
  }

  private static let mediaTypes = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "woff2": "font/woff2",
  ]
}
