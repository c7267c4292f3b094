// Reads a destination URL byte by byte. Where RFC 3986 and the WHATWG URL standard disagree about a text, it is refused.

struct DestinationURLParser {
  private let text: String
  var rest: Substring.UTF8View

  init(_ text: String) {
    self.text = text
    rest = text[...].utf8
  }

  mutating func parse(_ kinds: DestinationURL.Kinds) throws(DestinationURLError) -> DestinationURL.Storage {
    try checkCharacters()
    let scheme = try takeScheme(kinds)
    switch scheme {
    case .http: return try parseHTTP(isSecure: false)
    case .https: return try parseHTTP(isSecure: true)
    case .sqlite: return try parseSQLite()
    case .postgres, .postgresql: return try parsePostgres()
    }
  }

  private enum Scheme: String {
    case http, https, sqlite, postgres, postgresql

    var isDatabase: Bool {
      switch self {
      case .http, .https: false
      case .sqlite, .postgres, .postgresql: true
      }
    }
  }

  private mutating func parseHTTP(isSecure: Bool) throws(DestinationURLError) -> DestinationURL.Storage {
    guard rest.starts(with: "//".utf8) else { throw .relative }
    rest = rest.dropFirst(2)
    let authority = takeAuthority()
    guard !authority.contains("@") else { throw .userInfo }
    let (host, port, isBracketed) = try Self.splitAuthority(authority, defaultPort: isSecure ? 443 : 80)
    let literal = try isBracketed ? Self.bracketedLiteral(host) : Self.literalOrName(host)
    let origin = DestinationOrigin(isSecure: isSecure, host: host, port: port)
    let shownHost = isBracketed ? "[\(host)]" : host
    let hostHeader = port == (isSecure ? 443 : 80) ? shownHost : "\(shownHost):\(port)"
    return .init(origin: origin, hostHeader: hostHeader, pathAndQuery: takePathAndQuery(), literal: literal)
  }

  private func checkCharacters() throws(DestinationURLError) {
    guard !rest.isEmpty else { throw .empty }
    guard rest.count <= DestinationURL.maximumLength else { throw .tooLong(rest.count) }
    for (offset, byte) in rest.enumerated() {
      guard (0x21...0x7e).contains(byte) else { throw .character(byte, at: offset) }
      guard byte != UInt8(ascii: "\\") else { throw .backslash }
    }
  }

  private mutating func takeScheme(_ kinds: DestinationURL.Kinds) throws(DestinationURLError) -> Scheme {
    guard let colon = rest.firstIndex(of: UInt8(ascii: ":")) else { throw .relative }
    let scheme = String(Substring(rest[..<colon])).lowercased()
    guard !scheme.contains(where: { "/?#.@[".contains($0) }) else { throw .relative }
    guard let known = Scheme(rawValue: scheme), kinds == .all || !known.isDatabase else { throw .scheme(scheme, kinds) }
    rest = rest[rest.index(after: colon)...]
    return known
  }

  mutating func takeAuthority() -> Substring {
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? rest.endIndex
    defer { rest = rest[end...] }
    return Substring(rest[..<end])
  }

  private func takePathAndQuery() -> String {
    let end = rest.firstIndex(of: UInt8(ascii: "#")) ?? rest.endIndex
    let path = String(Substring(rest[..<end]))
    return path.hasPrefix("/") ? path : "/" + path
  }

  static func splitAuthority(
    _ authority: Substring, defaultPort: Int
  ) throws(DestinationURLError) -> (host: String, port: Int, isBracketed: Bool) {
    let isBracketed = authority.hasPrefix("[")
    let host: Substring
    let tail: Substring
    if isBracketed {
      guard let close = authority.firstIndex(of: "]") else { throw .host(String(authority)) }
      host = authority[authority.index(after: authority.startIndex)..<close]
      tail = authority[authority.index(after: close)...]
    } else {
      host = authority.prefix { $0 != ":" }
      tail = authority[host.endIndex...]
    }
    guard !host.isEmpty else { throw .noHost }
    guard tail.isEmpty || tail.hasPrefix(":") else { throw .host(String(authority)) }
    let port = try tail.isEmpty ? defaultPort : parsePort(tail.dropFirst())
    return (host.lowercased(), port, isBracketed)
  }

  private static func parsePort(_ text: Substring) throws(DestinationURLError) -> Int {
    let isNumber = (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isNumber, let port = Int(text), (1...65535).contains(port) else { throw .port(String(text)) }
    return port
  }

  static func bracketedLiteral(_ host: String) throws(DestinationURLError) -> IPAddress {
    guard !host.contains("%") else { throw .zone }
    guard let address = IPAddress(parsing: host), address.version == .v6 else { throw .host("[\(host)]") }
    return address
  }

  /// The address that a host without brackets means, `nil` for a name. A host whose last label is a number is never a name.
  static func literalOrName(_ host: String) throws(DestinationURLError) -> IPAddress? {
    let name = host.hasSuffix(".") ? host.dropLast() : host[...]
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard name.utf8.count <= 253, labels.allSatisfy({ (1...63).contains($0.count) && $0.allSatisfy(isNameByte) }) else {
      throw .host(host)
    }
    guard let last = labels.last, looksNumeric(last) else { return nil }
    guard let address = IPAddress(parsingLooseV4: name) else { throw .host(host) }
    return address
  }

  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func looksNumeric(_ label: Substring.UTF8View) -> Bool {
    label.allSatisfy { (0x30...0x39).contains($0) }
      || (label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy { Character(UnicodeScalar($0)).isHexDigit })
  }
}
