// What every scheme can do: sign what Tidehook sends, and check it where it arrives.

import TidehookCore

/// A header that a signature adds to a request.
public typealias SignatureHeader = (name: String, value: String)

/// What is signed.
struct SignableMessage {
  /// The event's id, the same over all attempts.
  let id: String
  /// When this attempt is made, in Unix seconds.
  let timestamp: Int64
  /// The bytes of the body, exactly as sent.
  let body: [UInt8]
}

/// What a header that a signer adds holds. Two schemes may share a header only when it holds the same.
enum HeaderRole: Sendable {
  /// A signature.
  case signature
  /// The attempt's time in Unix seconds.
  case timestamp
  /// The event's id.
  case id
}

/// Signs by one scheme.
protocol Signer: Sendable {
  /// Every header that the scheme may add.
  var roles: [(name: String, role: HeaderRole)] { get }
  /// The headers that vouch for `message`.
  func headers(for message: SignableMessage) throws(SigningError) -> [SignatureHeader]
}

/// Checks the signatures of one scheme by one secret.
protocol SignatureChecker: Sendable {
  /// What the scheme's headers among those received say about `body`.
  func verify(_ headers: ReceivedHeaders, body: [UInt8], clock: VerificationClock) throws(SigningError) -> SignatureVerdict
}
