// REM Labs' scheme.

import TidehookCore

/// `X-REM-Signature`: 64 lower-case hexadecimal digits, HMAC-SHA256 of the body, the key being the UTF-8 bytes of the secret.
///
/// REM's published verifier compares buffers of equal length only, so anything else in the header (a prefix, upper case) would break it.
struct RemSigner: Signer {
  private static let header = "X-REM-Signature"
  private let key: HMACKey

  init(_ secret: SigningSecret) throws(SigningError) { key = try HMACKey(secret.utf8Key) }

  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader] {
    [(Self.header, Hex.encode(try key.code(for: message.body)))]
  }

  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict {
    guard let received = headers[Self.header] else { return .missing }
    let expected = Hex.encode(try key.code(for: body))
    return constantTimeEquals(Array(received.utf8), Array(expected.utf8)) ? .valid([.rem]) : .mismatch(.rem)
  }
}
