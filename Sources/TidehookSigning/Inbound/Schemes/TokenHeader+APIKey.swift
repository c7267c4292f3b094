// API keys in a header of the sender's choice.

import TidehookCore

extension TokenHeader {
  /// The header that the rule names holds the secret.
  static func apiKey(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) -> TokenHeader {
    try TokenHeader(secrets, header: try rule.requiredHeader("the name of the header that holds the secret"))
  }
}
