// Signs requests as providers do, for trying sources out without the provider.

public import TidehookCore

/// Makes a request one that a source with the same rule and secret believes.
public struct SourceSigner: Sendable {
  private let scheme: any InboundSigner

  /// Prepares a rule's scheme.
  /// - Parameter secret: the secret that the source has; for `discord`, `sendgrid` and public keys of `standard` the private key that belongs
  ///   to the source's public one; anything for `none`.
  /// - Throws: ``SigningError/unusable(field:expected:got:)`` with the field's name, when the scheme cannot work with the rule or the secret.
  public init(_ rule: VerificationRule, secret: Secret) throws(SigningError) {
    scheme = try Self.scheme(of: rule, secret)
  }

  /// The request with what proves it: headers, and for some schemes a changed URL. Headers of the same names are replaced.
  /// - Parameters:
  ///   - messageID: the id of schemes that sign one.
  ///   - now: when the request is made.
  public func sign(_ request: InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) -> InboundRequest {
    var request = request
    try scheme.sign(&request, messageID: messageID, at: now)
    return request
  }

  private static func scheme(of rule: VerificationRule, _ secret: Secret) throws(SigningError) -> any InboundSigner {
    switch rule.scheme {
    case .none: Nobody()
    case .rem: try SignedBody.rem([secret])
    case .mem0: try Mem0Requests([secret])
    case .standard: try StandardRequestSigner(secret)
    case .github: try GitHubRequests([secret])
    case .gitlab: try TokenHeader.gitlab([secret])
    case .stripe: try StripeRequests([secret], rule)
    case .slack: try SlackRequests([secret], rule)
    case .shopify: try SignedBody.shopify([secret])
    case .linear: try LinearRequests([secret], rule)
    case .twilio: try TwilioRequests([secret], rule)
    case .sendgrid: try TimedBodySigner.sendgrid(secret)
    case .discord: try TimedBodySigner.discord(secret)
    case .pagerduty: try PagerDutyRequests([secret])
    case .hmac: try HMACRequests([secret], rule)
    case .bearer: try TokenHeader.bearer([secret])
    case .basic: try BasicRequests([secret])
    case .apiKey: try TokenHeader.apiKey([secret], rule)
    case .path: try PathRequests([secret])
    }
  }
}

/// Signs by one scheme with one secret.
protocol InboundSigner: Sendable {
  /// Adds to a request what proves it.
  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError)
}

/// The scheme `none`.
private struct Nobody: InboundSigner {
  func sign(_ request: inout InboundRequest, messageID: String, at now: Timestamp) throws(SigningError) {}
}
