// Where a delivery goes: a URL that was read strictly, so that no two readers can disagree about its host.

/// An absolute http or https URL, normalised: scheme and host in lower case, no fragment, no default port, a path of at least `/`; or, where
/// the reader allows it, the URL of a database (see ``database``).
///
/// It is a reference to immutable storage: copying and comparing origins is cheap, and nothing is parsed again per request.
public struct DestinationURL: Sendable {
  /// The longest text that is read, in bytes.
  public static let maximumLength = 2048

  final class Storage: Sendable {
    let origin: DestinationOrigin
    let hostHeader: String
    let pathAndQuery: String
    let literal: IPAddress?
    let database: DatabaseTarget?

    init(origin: DestinationOrigin, hostHeader: String, pathAndQuery: String, literal: IPAddress?, database: DatabaseTarget? = nil) {
      self.origin = origin
      self.hostHeader = hostHeader
      self.pathAndQuery = pathAndQuery
      self.literal = literal
      self.database = database
    }
  }

  /// What a URL may point at.
  public enum Kinds: Sendable {
    /// An HTTP receiver only.
    case http
    /// An HTTP receiver or a database.
    case all
  }

  private let storage: Storage

  /// Reads a URL.
  ///
  /// Refused: other schemes, user names and passwords, an empty host, white space, control and non-ASCII characters,
  /// backslashes, IPv6 zone ids, ports outside 1...65535, and hosts that look like numbers but are no address.
  /// - Parameter kinds: whether databases are understood, too; by default they are other schemes like any other.
  public init(parsing text: String, allowing kinds: Kinds = .http) throws(DestinationURLError) {
    var parser = DestinationURLParser(text)
    storage = try parser.parse(kinds)
    try checkLength()
  }

  /// Throws when the normalised text, which may be longer than the one that was read, could not be read again.
  func checkLength() throws(DestinationURLError) {
    let length = text(showsPassword: true).utf8.count
    guard length <= Self.maximumLength else { throw .tooLong(length) }
  }

  private init(_ storage: Storage) {
    self.storage = storage
  }

  /// The database that it means; `nil` for an http or https URL. The HTTP client must never be given another.
  public var database: DatabaseTarget? { storage.database }

  /// The same place with another database in it.
  func replacing(_ database: DatabaseTarget) -> DestinationURL {
    DestinationURL(
      Storage(origin: origin, hostHeader: hostHeader, pathAndQuery: pathAndQuery, literal: addressLiteral, database: database))
  }

  /// Scheme, host and port.
  public var origin: DestinationOrigin { storage.origin }
  /// Whether TLS is used: the scheme is https.
  public var isSecure: Bool { storage.origin.isSecure }
  /// The host as written, in lower case; IPv6 literals without brackets. The name of a SQLite file.
  public var host: String { storage.origin.host }
  /// The TCP port; 80, 443 or 5432 when none was written, 0 for a SQLite file.
  public var port: Int { storage.origin.port }
  /// What the request line asks for: the path, `/` when there was none, and the query.
  public var pathAndQuery: String { storage.pathAndQuery }
  /// The value of the `Host` header: the host, IPv6 in brackets, and the port unless it is the scheme's own.
  public var hostHeader: String { storage.hostHeader }
  /// The address that the host means when it is no name, in each notation that the C library reads: `127.0.0.1`, `127.1`,
  /// `0x7f.1`, `2130706433`, `[::1]`.
  public var addressLiteral: IPAddress? { storage.literal }

  /// Whether the host is one of the names for this machine: `localhost`, below `.localhost`, or the names of Debian's hosts file.
  public var isLocalhost: Bool {
    let name = host.hasSuffix(".") ? host.dropLast() : host[...]
    return name == "localhost" || name.hasSuffix(".localhost") || name == "ip6-localhost" || name == "ip6-loopback"
      || name == "localhost.localdomain"
  }
}

extension DestinationURL: Hashable {
  /// Two URLs are equal when their normalised texts are, passwords included.
  public static func == (left: Self, right: Self) -> Bool {
    left.storage === right.storage
      || (left.origin == right.origin && left.pathAndQuery == right.pathAndQuery && left.database == right.database)
  }

  /// Feeds origin and path.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(origin)
    hasher.combine(pathAndQuery)
  }
}

extension DestinationURL: CustomStringConvertible {
  /// The normalised text of the URL, with `***` in place of a password.
  public var description: String { text(showsPassword: false) }
}
