// Requests that carry the secret itself in a header.

import TidehookCore

/// A header whose value is one of the secrets, after a prefix.
struct TokenHeader: InboundVerifier, InboundSigner {
  private let header: String
  private let prefix: String
  private let tokens: SharedTokens

  /// - Parameter prefix: what stands before the secret, compared without regard to case as HTTP's authentication schemes are.
  init(_ secrets: [Secret], header: String, prefix: String = "") throws(SigningError) {
    self.header = header
    self.prefix = prefix
    tokens = try SharedTokens(secrets)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let value = try request.single(header)
    guard value.prefix(prefix.count).lowercased() == prefix.lowercased() else {
      throw .expected("\(prefix)and a token in header \(header)", got: "something else")
    }
    try tokens.check(Array(value.dropFirst(prefix.count).utf8), "a token", in: "header \(header)")
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    request.setHeader(header, prefix + tokens.first)
  }
}
