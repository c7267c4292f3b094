// How a source tells that a request comes from whom it should.

/// The ways of verifying that Tidehook knows, by the name that a `verify` block gives them.
public enum VerificationScheme: String, Sendable, Hashable, CaseIterable {
  /// No verification: anybody who knows the URL may send.
  case none
  /// REM Labs' `X-REM-Signature`.
  case rem
  /// `x-mem0-signature` in hex, with or without `sha256=`, or `X-Mem0-Signature-256`.
  case mem0
  /// Standard Webhooks 1.0.0 (`webhook-*` or `svix-*` headers): `v1` with `whsec_` secrets, `v1a` with `whpk_` public keys.
  case standard
  /// GitHub's `X-Hub-Signature-256`.
  case github
  /// GitLab's `X-Gitlab-Token`.
  case gitlab
  /// Stripe's `Stripe-Signature`.
  case stripe
  /// Slack's `X-Slack-Signature`.
  case slack
  /// Shopify's `X-Shopify-Hmac-SHA256`.
  case shopify
  /// Linear's `Linear-Signature`.
  case linear
  /// Twilio's `X-Twilio-Signature`, of forms and of JSON bodies.
  case twilio
  /// SendGrid's signed event webhook, ECDSA P-256.
  case sendgrid
  /// Discord's `X-Signature-Ed25519`.
  case discord
  /// PagerDuty's `X-PagerDuty-Signature`, version 3.
  case pagerduty
  /// A keyed hash that the rule describes: header, algorithm, encoding, prefix, template.
  case hmac
  /// `Authorization: Bearer SECRET`.
  case bearer
  /// HTTP basic authentication; the secret is `user:password`.
  case basic
  /// A header that holds the secret.
  case apiKey = "api-key"
  /// The path behind the source's id is the secret: for senders that sign nothing.
  case path
}

/// What a source demands of a request before it believes it. Secrets are not part of it.
public struct VerificationRule: Sendable, Hashable {
  /// The scheme.
  public var scheme: VerificationScheme
  /// How far a signed timestamp may be off in either direction, in seconds; `nil` means the scheme's own tolerance.
  public var toleranceSeconds: Int64?
  /// For ``VerificationScheme/hmac`` and ``VerificationScheme/apiKey``: the header that holds the signature or the secret.
  public var header: String?
  /// For ``VerificationScheme/hmac``: the hash; SHA-256 unless set.
  public var algorithm: HashAlgorithm?
  /// For ``VerificationScheme/hmac``: how the signature is written; hex unless set.
  public var encoding: SignatureEncoding?
  /// For ``VerificationScheme/hmac``: what stands before the signature in the header, such as `sha256=`.
  public var prefix: String?
  /// For ``VerificationScheme/hmac``: what is signed, with `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}` and `{path}`; `{body}` unless set.
  public var template: String?
  /// For ``VerificationScheme/hmac``: the header that holds the timestamp, in Unix seconds.
  public var timestampHeader: String?
  /// For ``VerificationScheme/hmac``: the header that holds the message's id.
  public var idHeader: String?
  /// For ``VerificationScheme/twilio``, and ``VerificationScheme/hmac`` with `{url}` or `{path}`: the public URL that the provider was given,
  /// when a proxy hides it.
  public var url: String?

  /// Makes a rule; what is not set is the scheme's own.
  public init(_ scheme: VerificationScheme) {
    self.scheme = scheme
  }
}

/// A hash of signatures.
public enum HashAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// SHA-1, for providers that still use it.
  case sha1
  /// SHA-256.
  case sha256
  /// SHA-512.
  case sha512
}

/// How a signature is written as text.
public enum SignatureEncoding: String, Sendable, Hashable, CaseIterable {
  /// Hexadecimal; verifiers take both cases.
  case hex
  /// Base 64 with padding.
  case base64
  /// Base 64 with `-` and `_` instead of `+` and `/` (RFC 4648 section 5), written without padding.
  case base64url
}

/// Why a request was not believed; lower case, no full stop, never a secret or a signature.
public struct VerificationFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was expected and what came.
  public let description: String
  /// Whether it is no fault of the request: the source is not ready, or our own means failed. The sender is to try again, and learns no more.
  public let isOurs: Bool

  /// Makes a failure, by default one of the request.
  public init(_ description: String, isOurs: Bool = false) {
    self.description = description
    self.isOurs = isOurs
  }
}

/// Verifies requests for one source. One is made for each revision of a source and used for all its requests.
public protocol InboundVerifier: Sendable {
  /// Returns when the request is genuine by one of the source's secrets.
  func verify(_ request: InboundRequest, at now: Timestamp) throws(VerificationFailure)
}
