// Turns the errors of sockets and TLS into failures that people understand.

import Glibc
import NIOCore
import NIOSSL
import TidehookCore

enum ConnectFailures {
  static func connect(_ error: any Error, peer: String) -> AttemptFailure {
    switch error {
    case let error as IOError: AttemptFailure(.connect, message(error.errnoCode, peer: peer))
    case ChannelError.connectTimeout: AttemptFailure(.connect, "connect to \(peer) timed out")
    default: unknown(error, peer: peer)
    }
  }

  static func tls(_ error: (any Error)?, peer: String, host: String, certificate: CertificateAsk = .none) -> AttemptFailure {
    guard let error else { return handshake("connection closed by \(peer)", certificate) }
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      return AttemptFailure(.tls, "certificate not trusted: it was not issued for \(host)")
    }
    if let error = error as? IOError { return handshake(reason(error.errnoCode), certificate) }
    let text = String(describing: error)
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return AttemptFailure(.tls, "certificate not trusted: it has expired, or no trusted authority issued it")
    }
    return refused(text, certificate) ?? handshake(tlsReason(text) ?? "connection closed by \(peer)", certificate)
  }

  /// What a connection's end says about TLS when it comes in the place of an answer; `nil` when that is nothing.
  ///
  /// In TLS 1.3 a receiver sees only after our handshake is over that we showed no certificate, or one that it does not take (RFC 8446,
  /// section 4.4.2.4). It should say so in an alert, but some just close the connection. Where it was shown one, and does not say that this is the
  /// reason, the end may mean anything.
  static func refusal(_ error: (any Error)?, certificate: CertificateAsk) -> AttemptFailure? {
    if let error, let failure = refused(String(describing: error), certificate) { return failure }
    guard certificate != .none else { return nil }
    let reason = error.flatMap(reason).map { " (\($0))" } ?? ""
    let kind = certificate == .unanswered ? FailureKind.tls : .malformed
    return AttemptFailure(kind, "connection closed before an answer\(reason)\(certificate.words)")
  }

  /// The reason of a broken connection, for messages about an answer that did not come.
  static func reason(_ error: any Error) -> String? {
    (error as? IOError).map { reason($0.errnoCode) }
  }

  private static func message(_ code: CInt, peer: String) -> String {
    switch code {
    case ECONNREFUSED: "connection refused by \(peer)"
    case ENETUNREACH: "network of \(peer) is unreachable"
    case EHOSTUNREACH: "no route to \(peer)"
    case ETIMEDOUT: "connect to \(peer) timed out"
    case EMFILE, ENFILE: "connect to \(peer) failed: too many open files"
    default: "connect to \(peer) failed: \(reason(code))"
    }
  }

  private static func reason(_ code: CInt) -> String {
    code == ECONNRESET ? "connection reset by peer" : String(cString: strerror(code)).lowercased()
  }

  private static func unknown(_ error: any Error, peer: String) -> AttemptFailure {
    AttemptFailure(.connect, "connect to \(peer) failed: \(String(describing: error).prefix(200))")
  }

  private static func handshake(_ reason: String, _ certificate: CertificateAsk) -> AttemptFailure {
    AttemptFailure(.tls, "TLS handshake failed: \(reason)\(certificate.words)")
  }

  /// The peer's alert (RFC 8446, section 6), which the library names like `TLSV1_ALERT_UNKNOWN_CA`.
  private static func refused(_ text: String, _ certificate: CertificateAsk) -> AttemptFailure? {
    guard let reason = tlsReason(text), let alert = reason.firstRange(of: " alert ") else { return nil }
    return AttemptFailure(.tls, "TLS refused by the receiver: \(reason[alert.upperBound...])\(certificate.words)")
  }

  /// BoringSSL names its reasons in capitals (`WRONG_VERSION_NUMBER`), after the library's own name.
  private static func tlsReason(_ text: String) -> String? {
    let words = text.split { !($0.isASCII && ($0.isUppercase || $0 == "_" || $0.isNumber)) }
    let reason = words.last { $0.contains("_") && $0 != "OPENSSL_internal" && $0.count > 8 }
    return reason.map { $0.lowercased().split(separator: "_").joined(separator: " ") }
  }
}
