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

  static func tls(_ error: (any Error)?, peer: String, host: String) -> AttemptFailure {
    guard let error else { return AttemptFailure(.tls, "TLS handshake failed: connection closed by \(peer)") }
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      return AttemptFailure(.tls, "certificate not trusted: it was not issued for \(host)")
    }
    if let error = error as? IOError { return AttemptFailure(.tls, "TLS handshake failed: \(reason(error.errnoCode))") }
    let text = String(describing: error)
    if text.contains("CERTIFICATE_VERIFY_FAILED") {
      return AttemptFailure(.tls, "certificate not trusted: it has expired, or no trusted authority issued it")
    }
    return AttemptFailure(.tls, "TLS handshake failed: \(tlsReason(text) ?? "connection closed by \(peer)")")
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

  /// BoringSSL names its reasons in capitals (`WRONG_VERSION_NUMBER`), after the library's own name.
  private static func tlsReason(_ text: String) -> String? {
    let words = text.split { !($0.isASCII && ($0.isUppercase || $0 == "_" || $0.isNumber)) }
    let reason = words.last { $0.contains("_") && $0 != "OPENSSL_internal" && $0.count > 8 }
    return reason.map { $0.lowercased().split(separator: "_").joined(separator: " ") }
  }
}
