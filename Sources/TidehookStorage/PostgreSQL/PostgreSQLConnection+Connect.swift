// Opens connections to PostgreSQL, to addresses that were judged before.

import CPostgreSQL
import Glibc
package import TidehookCore

/// Why no connection was made.
package struct PostgreSQLConnectFailure: Error, Sendable {
  /// How far it came.
  package enum Phase: Sendable {
    /// No TCP connection.
    case network
    /// The TLS handshake failed, or the certificate was not trusted.
    case tls
    /// The server refused: role, password, database.
    case server
    /// The time was up.
    case late
  }

  /// How far it came.
  package let phase: Phase
  /// What happened, in libpq's or the server's words: the beginning of them, without the password.
  package let description: String
}

extension PostgreSQLConnection {
  /// Connects to a database.
  ///
  /// Nothing of the process's surroundings has a say: no password file, no client certificate, no Kerberos. (Environment variables would: the
  /// process has to be started without them, or to forget them. Before version 16, libpq cannot be kept from answering a server that asks for
  /// GSSAPI: the process has to name a credential cache and a keytab that are not there.)
  /// - Parameters:
  ///   - host: the server's name, which its certificate is checked against.
  ///   - address: where to connect to; `host` is not resolved.
  package static func connect(
    _ target: PostgresTarget, host: String, port: Int, address: IPAddress, by deadline: ContinuousClock.Instant
  ) throws(PostgreSQLConnectFailure) -> PostgreSQLConnection {
    let settings = settings(target, host: host, port: port, address: address)
    let text = PostgreSQLText(for: target)
    guard let handle = start(settings) else { throw PostgreSQLConnectFailure(phase: .network, description: "out of memory") }
    // What the server would print is for nobody here.
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
    var phase = PostgreSQLConnectFailure.Phase.network
    var events = POLLOUT
    while true {
      guard PQstatus(handle) != CONNECTION_BAD else { throw failure(handle, phase, text) }
      phase = phase.reached(PQstatus(handle))
      guard waitForSocket(PQsocket(handle), events, until: deadline) else {
        PQfinish(handle)
        throw PostgreSQLConnectFailure(phase: .late, description: "no connection in time")
      }
      guard receivedBytes(PQsocket(handle)) <= answerBytes else {
        PQfinish(handle)
        throw PostgreSQLConnectFailure(phase: .server, description: "the server answered with more than \(answerBytes >> 20) MiB")
      }
      switch PQconnectPoll(handle) {
      case PGRES_POLLING_READING: events = POLLIN
      case PGRES_POLLING_WRITING: events = POLLOUT
      case PGRES_POLLING_OK: return PostgreSQLConnection(open: handle, text: text, deadline: deadline)
      default: throw failure(handle, phase.reached(PQstatus(handle)), text)
      }
    }
  }

  private static func failure(
    _ handle: OpaquePointer, _ phase: PostgreSQLConnectFailure.Phase, _ text: PostgreSQLText
  ) -> PostgreSQLConnectFailure {
    defer { PQfinish(handle) }
    return PostgreSQLConnectFailure(phase: phase, description: text.oneLine(PQerrorMessage(handle)))
  }

  /// The places where Debian, Fedora and Alpine keep the certificates of the authorities that the system trusts.
  private static let trustedAuthorities = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
  ]

  /// A path where nothing can be.
  private static let nowhere = "/dev/null/none"

  private static func settings(_ target: PostgresTarget, host: String, port: Int, address: IPAddress) -> [(String, String)] {
    var settings = [
      ("host", host), ("hostaddr", address.description), ("port", String(port)), ("user", target.user), ("dbname", target.database),
      ("sslmode", target.tls.rawValue), ("application_name", "tidehook"), ("client_encoding", "UTF8"), ("gssencmode", "disable"),
      ("passfile", nowhere), ("sslcert", nowhere), ("sslkey", nowhere),
    ]
    // What a URL can mean: with Kerberos the gateway would log in as the machine that it runs on.
    if PQlibVersion() >= 160_000 { settings.append(("require_auth", "none,password,md5,scram-sha-256")) }
    if let password = target.password { settings.append(("password", password.revealed)) }
    switch target.tls {
    case .disable, .allow, .prefer, .require: break
    case .verifyAuthority, .verifyFull:
      settings.append(("sslrootcert", trustedAuthorities.first { access($0, R_OK) == 0 } ?? nowhere))
    }
    return settings
  }

  private static func start(_ settings: [(String, String)]) -> OpaquePointer? {
    let names = settings.map { strdup($0.0) } + [nil]
    let values = settings.map { strdup($0.1) } + [nil]
    defer { for text in names + values { free(text) } }
    return PQconnectStartParams(names.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 0)
  }
}

extension PostgreSQLConnectFailure.Phase {
  /// The phase of a connection that is in that state now; one that failed stays in the phase that it had reached.
  fileprivate func reached(_ status: ConnStatusType) -> Self {
    switch status {
    case CONNECTION_NEEDED, CONNECTION_STARTED, CONNECTION_MADE: .network
    case CONNECTION_SSL_STARTUP: .tls
    case CONNECTION_BAD: self
    default: .server
    }
  }
}
