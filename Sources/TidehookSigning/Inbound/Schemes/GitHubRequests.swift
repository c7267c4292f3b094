// GitHub.

import TidehookCore

/// `X-Hub-Signature-256: sha256=` and HMAC-SHA256 of the body in hex.
///
/// GitHub sends the older `X-Hub-Signature` beside it, over SHA-1; a request that has that one alone is not believed.
struct GitHubRequests: InboundVerifier, InboundSigner {
  private static let header = SignatureForm.github.header
  private static let legacyHeader = "X-Hub-Signature"
  private let signedBody: SignedBody

  init(_ secrets: [Secret]) throws(SigningError) {
    signedBody = try SignedBody(secrets, .github)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    if request.header(Self.header) == nil, request.header(Self.legacyHeader) != nil {
      throw .expected("header \(Self.header)", got: "only \(Self.legacyHeader), whose SHA-1 is not accepted")
    }
    try signedBody.verify(request, at: now)
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    try signedBody.sign(&request, messageID: messageID, at: now)
  }
}
