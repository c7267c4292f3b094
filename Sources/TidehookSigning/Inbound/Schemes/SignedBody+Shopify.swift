// Shopify.

import TidehookCore

extension SignedBody {
  /// `X-Shopify-Hmac-SHA256`: HMAC-SHA256 of the body in base64; the key is the app's client secret.
  static func shopify(_ secrets: [Secret]) throws(SigningError) -> SignedBody {
    try SignedBody(secrets, .shopify)
  }
}
