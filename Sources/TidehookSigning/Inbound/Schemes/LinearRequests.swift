// Linear.

import TidehookCore

/// `Linear-Signature`: HMAC-SHA256 of the body in hex, and a time in milliseconds.
///
/// The time is the body's `webhookTimestamp`, which the signature covers; header `Linear-Timestamp`, which it does not cover, counts only when
/// the body has none.
struct LinearRequests: InboundVerifier, InboundSigner {
  private static let timestampHeader = "Linear-Timestamp"
  private static let timestampMember = "webhookTimestamp"
  /// Linear's own libraries allow a minute.
  private static let usualTolerance: Int64 = 60
  private let signedBody: SignedBody
  private let freshness: FreshTimestamp

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    signedBody = try SignedBody(secrets, SignatureForm(header: "Linear-Signature"))
    freshness = try FreshTimestamp(rule, usual: Self.usualTolerance, unit: .milliseconds)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    try signedBody.verify(request, at: now)
    let (text, place) = try Self.timestamp(of: request)
    try freshness.check(try freshness.read(text, in: place), in: place, at: now)
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    request.setHeader(Self.timestampHeader, String(now.microseconds / 1000))
    try signedBody.sign(&request, messageID: messageID, at: now)
  }

  private static func timestamp(of request: InboundRequest) throws(VerificationFailure) -> (text: String, place: String) {
    if let member = (try? JSONView(request.body))?[timestampMember] {
      return (String(decoding: member.text, as: UTF8.self), "the body's \(timestampMember)")
    }
    guard request.header(timestampHeader) != nil else {
      throw .expected("a time in the body's \(timestampMember) or in header \(timestampHeader)", got: "neither")
    }
    return (try request.single(timestampHeader), "header \(timestampHeader)")
  }
}
