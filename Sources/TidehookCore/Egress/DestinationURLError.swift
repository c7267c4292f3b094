// Why a text is not a URL that Tidehook delivers to.

/// Says what a destination URL must look like and what came instead. User names, passwords, paths and queries are never repeated.
public struct DestinationURLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was expected and what came, for people: lower case, no full stop.
  public let description: String

  init(_ description: String) {
    self.description = description
  }

  static let empty = Self("expected an http or https URL, got an empty string")
  static let relative = Self("expected an http or https URL that starts with http:// or https://")
  static let userInfo = Self("expected no user name or password in the URL; send credentials in a header")
  static let noHost = Self("expected a host after the scheme, got none")
  static let zone = Self("expected an IPv6 address without a zone id (%)")
  static let postgres = Self("expected postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE")
  static let password = Self("expected a password whose special characters are percent-encoded as UTF-8")
  static let severalHosts = Self("expected one host in the URL, got several")
  static let backslash = Self("expected no backslash in the URL")

  static func tooLong(_ length: Int) -> Self {
    Self("expected a URL of at most \(DestinationURL.maximumLength) bytes, got \(length)")
  }

  static func scheme(_ scheme: String, _ kinds: DestinationURL.Kinds) -> Self {
    let known = kinds == .all ? "http, https, sqlite or postgres" : "http or https"
    return Self("expected scheme \(known), got \"\(scheme.prefix(32))\"")
  }

  static func file(_ name: String) -> Self {
    Self("expected sqlite:NAME.db, a file's name of letters, digits, ., _ and - without a folder, got \"\(name.prefix(64))\"")
  }

  static func parameter(_ name: String) -> Self {
    Self("expected no parameter but sslmode in the URL, got \"\(name.prefix(32))\"")
  }

  static func tlsMode(_ text: String) -> Self {
    let known = PostgresTarget.TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
    return Self("expected sslmode to be one of \(known), got \"\(text.prefix(32))\"")
  }

  static func character(_ byte: UInt8, at offset: Int) -> Self {
    let shown = byte == 0x20 ? "a space" : "byte 0x" + String(byte, radix: 16)
    let advice = byte >= 0x80 ? "; write host names in punycode (xn--) and percent-encode the rest" : ""
    return Self("expected visible ASCII characters only, got \(shown) at offset \(offset)\(advice)")
  }

  static func port(_ text: String) -> Self {
    Self("expected a port of 1...65535, got \"\(text.prefix(16))\"")
  }

  static func host(_ host: String) -> Self {
    Self("expected a host name or an IP address, got \"\(host.prefix(253))\"")
  }
}
