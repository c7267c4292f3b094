// Tells the page who is signed in, so that it need not ask.

/// The page's `<meta name="tidehook-session" content="">`.
enum SessionMeta {
  private static let start = Array(#"<meta name="tidehook-session" content=""#.utf8)

  /// Has the page ask: its own request carries the cookie that the one for the page did not.
  static let unknown = Array(#"{"ask":true}"#.utf8)

  /// The page with JSON in its meta element; as it was when it has none.
  static func fill(_ page: [UInt8], with json: [UInt8]) -> [UInt8] {
    guard let place = page.firstRange(of: start) else { return page }
    var filled = Array(page[..<place.upperBound])
    for byte in json { filled.append(contentsOf: escaped(byte)) }
    return filled + page[place.upperBound...]
  }

  /// A byte as it may stand in an attribute (WHATWG HTML, section 13.3).
  private static func escaped(_ byte: UInt8) -> [UInt8] {
    switch byte {
    case UInt8(ascii: "&"): Array("&amp;".utf8)
    case UInt8(ascii: "<"): Array("&lt;".utf8)
    case UInt8(ascii: ">"): Array("&gt;".utf8)
    case UInt8(ascii: "\""): Array("&quot;".utf8)
    case UInt8(ascii: "'"): Array("&#39;".utf8)
    default: [byte]
    }
  }
}
