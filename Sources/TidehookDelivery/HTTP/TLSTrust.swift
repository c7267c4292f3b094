// Which certificates a receiver may show.

import NIOCore
import NIOSSL

/// Why trusted certificates could not be loaded.
public struct TLSTrustError: Error, Sendable, CustomStringConvertible {
  /// What was wrong, for people.
  public let description: String
}

/// The authorities whose certificates are trusted: the system's, and those that an operator adds.
public struct TLSTrust: Sendable {
  /// Certificates in PEM format that are trusted besides the system's: a company's own authority, or that of a test.
  public var additionalPEM: String?

  /// Makes a set of trusted authorities; without an argument, the system's.
  public init(additionalPEM: String? = nil) {
    self.additionalPEM = additionalPEM
  }

  /// TLS 1.2 and 1.3, HTTP/1.1 only, full verification: the chain, and the name or address that was asked for.
  func makeContext() throws(TLSTrustError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      configuration.shutdownTimeout = .seconds(1)
      if let additionalPEM {
        configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMBytes(Array(additionalPEM.utf8)))]
      }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSTrustError(description: "trusted certificates cannot be loaded: \(error)")
    }
  }
}
