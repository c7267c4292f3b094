// Judges a webhook's certificates before they are saved, with the library that will use them.

import NIOSSL
public import TidehookCore
import TidehookSigning

/// Says what is wrong with certificates.
public enum TLSJudge {
  /// Why connections could not be made with these certificates at that time, at the field of the API that is to blame; `nil` when they could.
  public static func problem(with tls: EndpointTLS, at now: Timestamp) -> JSONProblem? {
    do throws(JSONProblem) {
      try checkAuthorities(tls.authorities, now)
      guard let certificate = tls.certificate, let key = tls.key else { return nil }
      try checkTimes(of: certificate, "client_certificate", now)
      try checkCertificates(certificate, "client_certificate")
      try checkKey(key, of: tls)
      return nil
    } catch {
      return error
    }
  }

  private static func checkAuthorities(_ text: String?, _ now: Timestamp) throws(JSONProblem) {
    guard let text else { return }
    try checkTimes(of: text, "ca", now)
    try checkCertificates(text, "ca")
  }

  private static func checkCertificates(_ text: String, _ field: String) throws(JSONProblem) {
    guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)), !found.isEmpty else {
      throw JSONProblem(field, "expected certificates in PEM format, got something else")
    }
  }

  private static func checkTimes(of certificate: String, _ field: String, _ now: Timestamp) throws(JSONProblem) {
    guard let validity = CertificateValidity(pem: certificate) else {
      throw JSONProblem(field, "expected a certificate in PEM format, got something else")
    }
    guard now.seconds < validity.end else {
      let end = Timestamp(microseconds: 0) + .seconds(validity.end)
      throw JSONProblem(field, "expected one that is valid, got one that expired at \(end.rfc3339)")
    }
    guard now.seconds >= validity.start else {
      let start = Timestamp(microseconds: 0) + .seconds(validity.start)
      throw JSONProblem(field, "expected one that is valid, got one that is not valid before \(start.rfc3339)")
    }
  }

  private static func checkKey(_ key: Secret, of tls: EndpointTLS) throws(JSONProblem) {
    guard !key.revealed.contains("ENCRYPTED") else {
      throw JSONProblem("client_key", "expected a private key without a passphrase, got one with a passphrase")
    }
    guard (try? NIOSSLPrivateKey(bytes: Array(key.revealed.utf8), format: .pem)) != nil else {
      throw JSONProblem("client_key", "expected a private key in PEM format, got something else")
    }
    guard (try? TLSTrust().makeContext(for: tls)) != nil else {
      throw JSONProblem("client_key", "expected the private key of client_certificate, got that of another one")
    }
  }
}
