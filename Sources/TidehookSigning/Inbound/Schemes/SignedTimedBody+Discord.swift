// Discord's interactions and webhook events: Ed25519 over the timestamp and the body.

import TidehookCore

extension SignedTimedBody.Form {
  fileprivate static let discord = SignedTimedBody.Form(
    header: "X-Signature-Ed25519", timestampHeader: "X-Signature-Timestamp", encoding: .hex, expectation: "128 hexadecimal digits")
}

extension SignedTimedBody {
  /// The secrets are public keys in hex, as Discord's developer portal shows them.
  static func discord(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) -> SignedTimedBody {
    try SignedTimedBody(.discord, try PublicKeys(secrets, read: KeyText.ed25519PublicKey), rule)
  }
}

extension TimedBodySigner {
  /// The secret is a private key.
  static func discord(_ secret: Secret) throws(SigningError) -> TimedBodySigner {
    TimedBodySigner(form: .discord, key: try KeyText.ed25519PrivateKey(secret))
  }
}
