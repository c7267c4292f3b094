// HTTP basic authentication (RFC 7617).

import TidehookCore

/// `Authorization: Basic` and base64 of `user:password`. The user ends at the first colon; the password may have more of them.
struct BasicRequests: InboundVerifier, InboundSigner {
  private static let header = "Authorization"
  private static let scheme = "Basic "
  private let tokens: SharedTokens

  init(_ secrets: [Secret]) throws(SigningError) {
    tokens = try SharedTokens(secrets) { secret throws(SigningError) in
      guard secret.utf8.contains(UInt8(ascii: ":")) else {
        throw .unusable(field: "secrets", expected: "user:password", got: "no colon")
      }
    }
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let value = try request.single(Self.header)
    guard value.prefix(Self.scheme.count).lowercased() == Self.scheme.lowercased(),
      let credentials = Base64.decode(value.utf8.dropFirst(Self.scheme.utf8.count))
    else { throw .expected("Basic and base64 of user:password in header \(Self.header)", got: "something else") }
    try tokens.check(credentials, "a user and a password", in: "header \(Self.header)")
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    request.setHeader(Self.header, Self.scheme + Base64.encode(Array(tokens.first.utf8)))
  }
}
