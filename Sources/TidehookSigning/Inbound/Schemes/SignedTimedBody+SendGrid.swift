// SendGrid's signed event webhook: ECDSA on P-256 with SHA-256 over the timestamp and the body.

import TidehookCore

extension SignedTimedBody.Form {
  fileprivate static let sendgrid = SignedTimedBody.Form(
    header: "X-Twilio-Email-Event-Webhook-Signature", timestampHeader: "X-Twilio-Email-Event-Webhook-Timestamp", encoding: .base64,
    expectation: "base64 of an ECDSA signature")
}

extension SignedTimedBody {
  /// The secrets are public keys.
  static func sendgrid(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) -> SignedTimedBody {
    try SignedTimedBody(.sendgrid, try PublicKeys(secrets, read: KeyText.p256PublicKey), rule)
  }
}

extension TimedBodySigner {
  /// The secret is a private key.
  static func sendgrid(_ secret: Secret) throws(SigningError) -> TimedBodySigner {
    TimedBodySigner(form: .sendgrid, key: try KeyText.p256PrivateKey(secret))
  }
}
