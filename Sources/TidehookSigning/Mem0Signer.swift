// The scheme of receivers that were written for Mem0's webhooks.

import TidehookCore

/// `X-Mem0-Signature: <hex>` and `X-Mem0-Signature-256: sha256=<hex>`, 64 lower-case hexadecimal digits each: HMAC-SHA256 of the body, the
/// key being the UTF-8 bytes of the secret.
///
/// Mem0 documents no signature. These are the two headers that receivers and senders in the wild have agreed on, so both are sent.
struct Mem0Signer: Signer {
  private static let header = "X-Mem0-Signature"
  private static let prefixedHeader = "X-Mem0-Signature-256"
  private static let prefix = "sha256="
  private let key: HMACKey

  init(_ secret: SigningSecret) throws(SigningError) { key = try HMACKey(secret.utf8Key) }

  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    let code = Hex.encode(try key.code(for: message.body))
    return [(Self.header, code), (Self.prefixedHeader, Self.prefix + code)]
  }

  /// One header is enough, in either form; of two both must be right.
  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    let received = [Self.header, Self.prefixedHeader].compactMap { headers[$0] }
    guard !received.isEmpty else { return .missing }
    let expected = Array(Hex.encode(try key.code(for: body)).utf8)
    let isRight = received.reduce(true) { constantTimeEquals(Self.code(in: $1), expected) && $0 }
    return isRight ? .valid([.mem0]) : .mismatch(.mem0)
  }

  private static func code(in header: String) -> [UInt8] {
    Array((header.hasPrefix(prefix) ? header.dropFirst(prefix.count) : header[...]).utf8)
  }
}
