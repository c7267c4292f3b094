// Slack.

import TidehookCore

/// `X-Slack-Signature: v0=HEX`, HMAC-SHA256 of `v0:TIMESTAMP:BODY`, and `X-Slack-Request-Timestamp`.
struct SlackRequests: InboundVerifier, InboundSigner {
  /// The header of the time, in Unix seconds.
  static let timestampHeader = "X-Slack-Request-Timestamp"
  private let form = SignatureForm.slack
  private let keys: HMACKeys
  private let freshness: FreshTimestamp

  init(_ secrets: [Secret], _ rule: VerificationRule) throws(SigningError) {
    keys = try HMACKeys(secrets)
    freshness = try FreshTimestamp(rule)
  }

  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    let place = "header \(Self.timestampHeader)"
    let signature = try form.read(request)
    let text = try request.single(Self.timestampHeader)
    let time = try freshness.read(text, in: place)
    guard try keys.match([signature], request.body, after: Self.prefix(text)) else {
      throw .mismatch("a signature", in: "header \(form.header)")
    }
    try freshness.check(time, in: place, at: now)
  }

  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {
    let text = String(now.seconds)
    request.setHeader(Self.timestampHeader, text)
    form.write(try keys.code(for: request.body, after: Self.prefix(text)), to: &request)
  }

  private static func prefix(_ timestamp: String) -> [UInt8] { Array("v0:\(timestamp):".utf8) }
}
