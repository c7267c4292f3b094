// The headers of providers whose signature is one keyed hash, for both directions.

import TidehookCore

extension SignatureForm {
  /// REM Labs.
  static let rem = SignatureForm(header: "X-REM-Signature")
  /// Receivers of Mem0's webhooks, in the newer of their two spellings.
  static let mem0 = SignatureForm(header: "X-Mem0-Signature-256", prefix: "sha256=")
  /// Receivers of Mem0's webhooks, in the older spelling.
  static let mem0Bare = SignatureForm(header: "X-Mem0-Signature")
  /// GitHub.
  static let github = SignatureForm(header: "X-Hub-Signature-256", prefix: "sha256=")
  /// Slack.
  static let slack = SignatureForm(header: "X-Slack-Signature", prefix: "v0=")
  /// Shopify.
  static let shopify = SignatureForm(header: "X-Shopify-Hmac-SHA256", encoding: .base64)
}
