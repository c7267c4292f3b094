// The TLS contexts of a client: one for everybody, and one for each set of certificates that a webhook brings.

import NIOCore
import NIOSSL
import Synchronization
import TidehookCore

/// Makes contexts once and keeps them: reading the system's authorities takes milliseconds.
final class TLSContexts: Sendable {
  /// More sets than this mostly come of changes.
  private static let capacity = 256

  private let trust: TLSTrust
  private let common: NIOSSLContext
  private let known = Mutex<[EndpointTLS: NIOSSLContext]>([:])

  init(_ trust: TLSTrust) throws(TLSTrustError) {
    self.trust = trust
    common = try trust.makeContext()
  }

  /// The context for connections with these certificates.
  /// - Throws: a failure of kind `tls` when they cannot be used.
  func context(for tls: EndpointTLS?) throws(AttemptFailure) -> NIOSSLContext {
    guard let tls else { return common }
    if let context = known.withLock({ $0[tls] }) { return context }
    do throws(TLSTrustError) {
      let context = try trust.makeContext(for: tls)
      known.withLock { known in
        // Any one: those in use are few, and making one again takes milliseconds.
        if known.count >= Self.capacity, let one = known.keys.first { known[one] = nil }
        known[tls] = context
      }
      return context
    } catch {
      let outline = "the webhook's certificates cannot be used"
      throw AttemptFailure(.tls, "\(outline): \(error)", outline: outline)
    }
  }
}
