// Verifies the requests that a source receives, by the scheme that its rule names.

public import TidehookCore

/// Believes a request when one of a source's secrets vouches for it.
///
/// Made once for each revision of a source: secrets are checked and keys prepared then. Any number of threads may verify at once.
public struct SourceVerifier: InboundVerifier {
  private let scheme: any InboundVerifier

  /// Prepares a rule's scheme.
  /// - Parameters:
  ///   - rule: what the source demands of a request.
  ///   - secrets: what a request may be signed with; any may match, so that one can replace another. Public keys of asymmetric schemes stand
  ///     here, too.
  /// - Throws: ``SigningError/unusable(field:expected:got:)`` with the field's name, when the scheme cannot work with the rule or a secret.
  public init(_ rule: VerificationRule, secrets: [Secret]) throws(SigningError) {
    scheme = try Self.scheme(of: rule, secrets)
  }

  /// Returns when the request is genuine by one of the secrets.
  public func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {
    try scheme.verify(request, at: now)
  }

  private static func scheme(of rule: VerificationRule, _ secrets: [Secret]) throws(SigningError) -> any InboundVerifier {
    switch rule.scheme {
    case .none: Anybody()
    case .rem: try SignedBody.rem(secrets)
    case .mem0: try Mem0Requests(secrets)
    case .standard: try StandardRequests(secrets, rule)
    case .github: try GitHubRequests(secrets)
    case .gitlab: try TokenHeader.gitlab(secrets)
    case .stripe: try StripeRequests(secrets, rule)
    case .slack: try SlackRequests(secrets, rule)
    case .shopify: try SignedBody.shopify(secrets)
    case .linear: try LinearRequests(secrets, rule)
    case .twilio: try TwilioRequests(secrets, rule)
    case .sendgrid: try SignedTimedBody.sendgrid(secrets, rule)
    case .discord: try SignedTimedBody.discord(secrets, rule)
    case .pagerduty: try PagerDutyRequests(secrets)
    case .hmac: try HMACRequests(secrets, rule)
    case .bearer: try TokenHeader.bearer(secrets)
    case .basic: try BasicRequests(secrets)
    case .apiKey: try TokenHeader.apiKey(secrets, rule)
    case .path: try PathRequests(secrets)
    }
  }
}

/// The scheme `none`.
private struct Anybody: InboundVerifier {
  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure) {}
}
