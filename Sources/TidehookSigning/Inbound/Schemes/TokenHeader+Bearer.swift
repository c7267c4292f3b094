// Bearer tokens (RFC 6750, section 2.1).

import TidehookCore

extension TokenHeader {
  /// `Authorization: Bearer SECRET`.
  static func bearer(_ secrets: [Secret]) throws(SigningError) -> TokenHeader {
    try TokenHeader(secrets, header: "Authorization", prefix: "Bearer ")
  }
}
