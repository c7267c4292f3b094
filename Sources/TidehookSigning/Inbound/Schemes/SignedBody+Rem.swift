// REM Labs.

import TidehookCore

extension SignedBody {
  /// `X-REM-Signature`: HMAC-SHA256 of the body in hex; the key is the UTF-8 of the secret.
  static func rem(_ secrets: [Secret]) throws(SigningError) -> SignedBody {
    try SignedBody(secrets, .rem)
  }
}
