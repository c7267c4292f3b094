// The schemes by name. A new scheme is a case of Core's SigningScheme and a file of its own beside RemSigner.swift.

import TidehookCore

extension SigningScheme {
  func makeSigner(_ secret: SigningSecret) throws(SigningError) -> any Signer {
    switch self {
    case .mem0: try Mem0Signer(secret)
    case .rem: try RemSigner(secret)
    case .standard: try StandardSigner(secret)
    }
  }
}

/// A header that a signature adds to a request.
public typealias SignatureHeader = (name: String, value: String)

/// What is signed.
struct SignableMessage {
  /// The event's id, the same over all attempts.
  let id: String
  /// When this attempt is made, in Unix seconds.
  let timestamp: Int64
  /// The bytes of the body, exactly as sent.
  let body: [UInt8]
}

/// Signs and verifies by one scheme with one secret.
protocol Signer: Sendable {
  /// The headers that vouch for `message`.
  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader]
  /// What the scheme's headers among those received say about `body`.
  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict
}
