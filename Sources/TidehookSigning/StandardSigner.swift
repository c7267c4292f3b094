// Standard Webhooks 1.0.0, symmetric signatures.

import TidehookCore

/// `webhook-id`, `webhook-timestamp` and `webhook-signature: v1,<base64>`, HMAC-SHA256 of `{id}.{timestamp}.{body}`.
///
/// Source: Standard Webhooks 1.0.0, "Signature scheme". A period in the id would make the signed text ambiguous and is refused.
struct StandardSigner: Signer {
  private static let idHeader = "webhook-id"
  private static let timestampHeader = "webhook-timestamp"
  private static let signatureHeader = "webhook-signature"
  private static let version = "v1,"
  private let key: HMACKey

  init(_ secret: SigningSecret) throws(SigningError) { key = try HMACKey(try secret.standardKey()) }

  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    let timestamp = String(message.timestamp)
    let signature = try signature(id: message.id, timestamp: timestamp, body: message.body)
    return [(Self.idHeader, message.id), (Self.timestampHeader, timestamp), (Self.signatureHeader, signature)]
  }

  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    guard let received = headers[Self.signatureHeader] else { return .missing }
    guard let id = headers[Self.idHeader], !id.isEmpty, !id.utf8.contains(UInt8(ascii: ".")) else {
      return .malformed(.standard, header: Self.idHeader)
    }
    guard let timestamp = headers[Self.timestampHeader], let age = clock.age(of: timestamp) else {
      return .malformed(.standard, header: Self.timestampHeader)
    }
    let expected = Array(try signature(id: id, timestamp: timestamp, body: body).utf8)
    // The header lists one signature for each key that is valid just now, and may list versions that are unknown here.
    let matches = received.split(separator: " ").reduce(false) { constantTimeEquals(Array($1.utf8), expected) || $0 }
    guard matches else { return .mismatch(.standard) }
    return clock.allows(age: age) ? .valid([.standard]) : .staleTimestamp(.standard, ageSeconds: age)
  }

  private func signature(id: String, timestamp: String, body: [UInt8]) throws(SigningError) -> String {
    guard !id.isEmpty, !id.utf8.contains(UInt8(ascii: ".")) else { throw .messageIDNotSignable }
    return Self.version + Base64.encode(try key.code(for: body, after: Array("\(id).\(timestamp).".utf8)))
  }
}
