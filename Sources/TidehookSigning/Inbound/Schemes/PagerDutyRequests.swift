// PagerDuty, webhooks version 3.

import TidehookCore

/// `X-PagerDuty-Signature: v1=HEX[,v1=HEX…]`, HMAC-SHA256 of the body; any may match.
struct PagerDutyRequests: InboundVerifier, InboundSigner {
  private static let header = "X-PagerDuty-Signature"
  private let keys: HMACKeys

  init(_ secrets: [Secret]) throws(SigningError) { keys = try HMACKeys(secrets) }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let signatures = try SignatureList(request, Self.header).signatures("v1")
    guard try keys.match(signatures, request.body) else { throw .mismatch("a v1 signature", in: "header \(Self.header)") }
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    request.setHeader(Self.header, "v1=" + Hex.encode(try keys.code(for: request.body)))
  }
}
