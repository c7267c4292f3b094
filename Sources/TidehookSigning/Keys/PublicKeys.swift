// The public keys of a source whose provider signs with a private key.

import TidehookCore

/// One key for each secret; any of them may match.
struct PublicKeys: Sendable {
  private let keys: [PublicKey]

  /// Reads the keys.
  init(_ secrets: [Secret], read: (Secret) throws(SigningError) -> PublicKey) throws(SigningError) {
    keys = try secrets.prepare(read)
  }

  /// Whether one of the signatures is right for a message. Nothing here is secret, so the first match ends it.
  func match(_ signatures: [[UInt8]], _ message: [UInt8]) throws(VerificationFailure) -> Bool {
    try VerificationFailure.unlessWrong { () throws(SigningError) in
      for key in keys {
        for signature in signatures where try key.verify(signature, of: message) { return true }
      }
      return false
    }
  }
}
