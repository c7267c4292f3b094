// Which database a destination means: a SQLite file by its name, or a PostgreSQL database on a server.

/// A database as a webhook's URL names it; the server's host and port are in the URL's origin.
public enum DatabaseTarget: Sendable, Hashable {
  /// A file of the folder that the operator chose for databases.
  case sqlite(file: String)
  /// A database on a PostgreSQL server.
  case postgres(PostgresTarget)
}

/// What a `postgres://` URL says besides host and port.
public struct PostgresTarget: Sendable, Hashable {
  /// The role that connects.
  public let user: String
  /// Its password; `nil` when the URL has none.
  public let password: Secret?
  /// The name of the database.
  public let database: String
  /// How TLS is used.
  public let tls: TLSMode

  /// The modes of libpq (PostgreSQL documentation, "SSL Support"), from the weakest to the strongest.
  public enum TLSMode: String, Sendable, CaseIterable {
    /// No TLS.
    case disable
    /// TLS only when the server insists on it.
    case allow
    /// TLS when the server has it; the default, as it is libpq's.
    case prefer
    /// TLS, but with anybody.
    case require
    /// TLS with a certificate that a trusted authority signed.
    case verifyAuthority = "verify-ca"
    /// The same, and the certificate must name the host.
    case verifyFull = "verify-full"
  }

  /// The TCP port of a URL that names none.
  public static let defaultPort = 5432

  /// What stands for the password wherever a URL is shown, and in a change for the one that is stored.
  public static let passwordMark = "***"

  /// Makes a target.
  public init(user: String, password: Secret?, database: String, tls: TLSMode = .prefer) {
    self.user = user
    self.password = password
    self.database = database
    self.tls = tls
  }

  /// Whether the password is the mark that stands for one.
  public var isMasked: Bool { password?.revealed == Self.passwordMark }

  /// The same with another password.
  func with(password: Secret?) -> PostgresTarget {
    PostgresTarget(user: user, password: password, database: database, tls: tls)
  }
}
