// Stripe's scheme, in which one header holds the time and every signature.

import TidehookCore

/// `Stripe-Signature: t=SECONDS,v1=HEX`, HMAC-SHA256 of `t.body`; while a secret is being replaced a second `v1` follows. The key is the whole
/// secret, `whsec_` included.
struct StripeSigner: Signer, SignatureChecker {
  private let keys: RotatingKey<HMACKey>

  init(_ keys: RotatingKey<HMACKey>) { self.keys = keys }

  var roles: [(name: String, role: HeaderRole)] { [(StripeRequests.header, .signature)] }

  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    var value = "t=\(message.timestamp)"
    for key in [keys.current, keys.previous(at: message.timestamp)].compactMap(\.self) {
      value += ",v1=" + Hex.encode(try key.code(for: message.body, after: Self.prefix("\(message.timestamp)")))
    }
    return [(StripeRequests.header, value)]
  }

  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    guard let value = headers[StripeRequests.header] else { return .missing }
    let request = InboundRequest(headers: [HeaderField(StripeRequests.header, value)])
    guard let list = try? SignatureList(request, StripeRequests.header), let timestamp = try? list.single("t"),
      let age = clock.age(of: timestamp), let signatures = try? list.signatures("v1")
    else { return .malformed(.stripe, header: StripeRequests.header) }
    let expected = try keys.current.code(for: body, after: Self.prefix(timestamp))
    guard signatures.contains(where: { constantTimeEquals($0, expected) }) else { return .mismatch(.stripe) }
    return clock.allows(age: age) ? .valid([.stripe]) : .staleTimestamp(.stripe, ageSeconds: age)
  }

  private static func prefix(_ timestamp: String) -> [UInt8] { Array("\(timestamp).".utf8) }
}
