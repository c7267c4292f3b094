// Requests that are signed with a private key, a timestamp in front of the body.

import TidehookCore

/// Two headers: a timestamp in Unix seconds, and a signature of the timestamp followed by the body.
struct SignedTimedBody: InboundVerifier {
  /// Where the two stand and how the signature is written.
  struct Form: Sendable {
    /// The header of the signature.
    let header: String
    /// The header of the timestamp.
    let timestampHeader: String
    /// How the signature is written.
    let encoding: SignatureEncoding
    /// What a signature looks like, for messages.
    let expectation: String
  }

  private let form: Form
  private let keys: PublicKeys
  private let freshness: FreshTimestamp

  init(_ form: Form, _ keys: PublicKeys, _ rule: VerificationRule) throws(SigningError) {
    self.form = form
    self.keys = keys
    freshness = try FreshTimestamp(rule)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let place = "header \(form.timestampHeader)"
    let value = try request.single(form.header)
    guard let signature = form.encoding.decode(value) else {
      throw .expected("\(form.expectation) in header \(form.header)", got: "\(value.utf8.count) bytes of another form")
    }
    let text = try request.single(form.timestampHeader)
    let time = try freshness.read(text, in: place)
    guard try keys.match([signature], Array(text.utf8) + request.body) else {
      throw .expected(
        "a signature in header \(form.header) that belongs to the source's public key and to the request as it came", got: "another one")
    }
    try freshness.check(time, in: place, at: now)
  }
}
