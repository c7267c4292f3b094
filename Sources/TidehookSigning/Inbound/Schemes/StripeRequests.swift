// Stripe.

import TidehookCore

/// `Stripe-Signature: t=SECONDS,v1=HEX[,v1=HEX…]`, HMAC-SHA256 of `t.body`.
///
/// The key is the whole secret as Stripe shows it, `whsec_` included. While a secret is rolled there is a `v1` for the old one and one for the
/// new one. `v0` belongs to test events of an older API and is ignored.
struct StripeRequests: InboundVerifier, InboundSigner {
  /// The header of time and signatures.
  static let header = "Stripe-Signature"
  private let keys: HMACKeys
  private let freshness: FreshTimestamp

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    keys = try HMACKeys(secrets)
    freshness = try FreshTimestamp(rule)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let list = try SignatureList(request, Self.header)
    let place = "t= of header \(Self.header)"
    let text = try list.single("t")
    let time = try freshness.read(text, in: place)
    guard try keys.match(try list.signatures("v1"), request.body, after: Array("\(text).".utf8)) else {
      throw .mismatch("a v1 signature", in: "header \(Self.header)")
    }
    try freshness.check(time, in: place, at: now)
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    let code = try keys.code(for: request.body, after: Array("\(now.seconds).".utf8))
    request.setHeader(Self.header, "t=\(now.seconds),v1=\(Hex.encode(code))")
  }
}
