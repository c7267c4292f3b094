// The secrets of a source whose provider sends the secret itself.

import TidehookCore

/// Secrets that requests must show. Kept and compared as hashes, so that the time says nothing about a secret, not even its length.
struct SharedTokens: Sendable {
  private let digests: [[UInt8]]
  /// The first secret, for senders.
  let first: String

  /// Prepares the secrets.
  /// - Parameter check: refuses secrets that the scheme cannot carry.
  init(_ secrets: [Secret], check: (String) throws(SigningError) -> Void = { _ throws(SigningError) in }) throws(SigningError) {
    digests = try secrets.prepare { secret throws(SigningError) in
      let text = try SigningSecret(secret.revealed).text
      try check(text)
      return try Digest.sha256(Array(text.utf8))
    }
    first = secrets[0].revealed
  }

  /// Refuses bytes that are none of the secrets.
  /// - Parameters:
  ///   - what: what the bytes are, for the message.
  ///   - place: where they stood.
  func check(_ bytes: [UInt8], _ what: String, in place: String) throws(VerificationFailure) {
    guard try contains(bytes) else { throw .expected("\(what) in \(place) that is the source's secret", got: "another one") }
  }

  private func contains(_ bytes: [UInt8]) throws(VerificationFailure) -> Bool {
    let digest = try VerificationFailure.unlessWrong { () throws(SigningError) in try Digest.sha256(bytes) }
    return digests.reduce(false) { constantTimeEquals($1, digest) || $0 }
  }
}
