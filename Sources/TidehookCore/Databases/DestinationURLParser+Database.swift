// Reads the URLs of databases: `sqlite:NAME.db` and `postgres://USER:PASSWORD@HOST:PORT/NAME?sslmode=MODE`.

extension DestinationURLParser {
  /// The endings that a file must have, so that no other file of the folder (a journal, a log) is taken for a database.
  private static let fileEndings = [".db", ".sqlite", ".sqlite3"]

  /// Reads what follows `sqlite:`: the name of a file, without any folder.
  func parseSQLite() throws(DestinationURLError) -> DestinationURL.Storage {
    let name = String(Substring(rest))
    let isPlain = name.utf8.allSatisfy {
      Self.isNameByte($0) || $0 == UInt8(ascii: ".") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
    }
    guard isPlain, (1...128).contains(name.utf8.count), Self.fileEndings.contains(where: { name.count > $0.count && name.hasSuffix($0) }),
      !name.hasPrefix("."), !name.hasPrefix("-")
    else { throw .file(name) }
    return .init(
      origin: DestinationOrigin(isSecure: false, host: name, port: 0), hostHeader: name, pathAndQuery: "/", literal: nil,
      database: .sqlite(file: name))
  }

  /// Reads what follows `postgres:` or `postgresql:`.
  mutating func parsePostgres() throws(DestinationURLError) -> DestinationURL.Storage {
    guard rest.starts(with: "//".utf8) else { throw .postgres }
    rest = rest.dropFirst(2)
    let authority = takeAuthority()
    guard let at = authority.lastIndex(of: "@") else { throw .postgres }
    let (user, password) = try Self.userInfo(authority[..<at])
    let server = authority[authority.index(after: at)...]
    // Several hosts are libpq's own notation; each of ours is judged by itself.
    guard !server.contains(",") else { throw .severalHosts }
    let (host, port, isBracketed) = try Self.splitAuthority(server, defaultPort: PostgresTarget.defaultPort)
    let literal = try isBracketed ? Self.bracketedLiteral(host) : Self.literalOrName(host)
    let target = PostgresTarget(user: user, password: password, database: try takeDatabaseName(), tls: try takeTLSMode())
    let shownHost = isBracketed ? "[\(host)]" : host
    return .init(
      origin: DestinationOrigin(isSecure: false, host: host, port: port),
      hostHeader: port == PostgresTarget.defaultPort ? shownHost : "\(shownHost):\(port)", pathAndQuery: target.pathAndQuery,
      literal: literal, database: .postgres(target))
  }

  private static func userInfo(_ text: Substring) throws(DestinationURLError) -> (String, Secret?) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let decoded = parts.map { PercentEncoding.decode($0, plusIsSpace: false) }
    guard let user = decoded[0], isName(user) else { throw .postgres }
    guard decoded.count > 1 else { return (user, nil) }
    guard let password = decoded[1], !password.utf8.contains(0) else { throw .password }
    return (user, password.isEmpty ? nil : Secret(password))
  }

  private mutating func takeDatabaseName() throws(DestinationURLError) -> String {
    guard rest.first == UInt8(ascii: "/") else { throw .postgres }
    let path = Substring(rest.dropFirst().prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    rest = rest.dropFirst(1 + path.utf8.count)
    guard !path.contains("/"), let name = PercentEncoding.decode(path, plusIsSpace: false), Self.isName(name) else { throw .postgres }
    return name
  }

  /// Reads `?sslmode=MODE`, the only parameter that is taken: the others of libpq could name files of this machine.
  private func takeTLSMode() throws(DestinationURLError) -> PostgresTarget.TLSMode {
    guard let first = rest.first else { return .prefer }
    guard first == UInt8(ascii: "?") else { throw .postgres }
    let parts = Substring(rest.dropFirst()).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "sslmode" else { throw .parameter(String(parts[0])) }
    guard let mode = PostgresTarget.TLSMode(rawValue: String(parts[1])) else { throw .tlsMode(String(parts[1])) }
    return mode
  }

  /// PostgreSQL's names have at most 63 bytes (NAMEDATALEN) and no NUL.
  private static func isName(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && !text.utf8.contains(0)
  }
}
