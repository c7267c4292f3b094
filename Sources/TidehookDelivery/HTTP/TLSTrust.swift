// Which certificates a receiver may show, and which one it is shown.

import NIOCore
import NIOSSL
import TidehookCore

/// Why certificates could not be loaded.
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
  /// - Parameter tls: a webhook's own certificates, which add to these authorities.
  func makeContext(for tls: EndpointTLS? = nil) throws(TLSTrustError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      configuration.applicationProtocols = ["http/1.1"]
      configuration.shutdownTimeout = .seconds(1)
      configuration.sslContextCallback = CertificateWatch.callback
      let added = [additionalPEM, tls?.authorities].compactMap(\.self)
      configuration.additionalTrustRoots = try added.map { .certificates(try NIOSSLCertificate.fromPEMBytes(Array($0.utf8))) }
      if let certificate = tls?.certificate, let key = tls?.key {
        configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) }
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(key.revealed.utf8), format: .pem))
      }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSTrustError(description: "trusted certificates cannot be loaded: \(error)")
    }
  }
}
