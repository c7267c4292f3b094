// How URLs of databases are shown, and how a change keeps a password without knowing it.

extension DestinationURL {
  /// The whole URL, password included; for the store and for nothing that anybody reads.
  public var revealed: String { text(showsPassword: true) }

  /// Whether it has `***` in place of a password.
  public var isMasked: Bool {
    if case .postgres(let target) = database { target.isMasked } else { false }
  }

  /// The URL with the password of `stored` in place of `***`.
  ///
  /// Nothing is filled in unless role, host, port, database and `sslmode` are those of `stored`: who does not know the password may use it for
  /// nothing else, no other server may be sent it, and none over a weaker connection.
  public func keepingPassword(of stored: DestinationURL) -> DestinationURL {
    guard isMasked, case .postgres(let target) = database, case .postgres(let known) = stored.database, origin == stored.origin,
      target.user == known.user, target.database == known.database, target.tls == known.tls
    else { return self }
    return replacing(.postgres(target.with(password: known.password)))
  }

  func text(showsPassword: Bool) -> String {
    switch database {
    case nil: "\(isSecure ? "https" : "http")://\(hostHeader)\(pathAndQuery)"
    case .sqlite(let file): "sqlite:\(file)"
    case .postgres(let target): "postgres://\(target.userInfo(showsPassword: showsPassword))@\(hostHeader)\(pathAndQuery)"
    }
  }
}

extension PostgresTarget {
  fileprivate func userInfo(showsPassword: Bool) -> String {
    let name = PercentEncoding.encode(user)
    guard let password else { return name }
    return "\(name):\(showsPassword ? PercentEncoding.encode(password.revealed) : Self.passwordMark)"
  }

  /// The path and the query of the URL.
  var pathAndQuery: String {
    "/\(PercentEncoding.encode(database))" + (tls == .prefer ? "" : "?sslmode=\(tls.rawValue)")
  }
}
