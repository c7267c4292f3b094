// One way to use each scheme, for the rules that all of them keep.

import Testing
public import TidehookCore
import TidehookSigning

/// A scheme with what both ends know.
struct SchemeSample: Sendable, CustomTestStringConvertible {
  var rule: VerificationRule
  /// What the source has.
  var secret: Secret
  /// What the sender has; the same for schemes with shared secrets.
  var senderSecret: Secret
  /// Another secret of the right form.
  var otherSecret: Secret
  /// Whether the signature covers the body.
  var coversBody = true
  /// How old a timestamp may be; `nil` when there is none.
  var toleranceSeconds: Int64?
  var contentType = "application/json"

  var testDescription: String { rule.template ?? "\(rule.scheme.rawValue) \(contentType)" }

  static let now = Timestamp(microseconds: 1_700_000_000_000_000)
  static let body = Array(#"{"text":"naïve 🎉","webhookTimestamp":1700000000000}"#.utf8)

  func verifier(_ secrets: [Secret]? = nil) throws -> SourceVerifier { try SourceVerifier(rule, secrets: secrets ?? [secret]) }

  /// A request that the sender signed.
  func request(body: [UInt8] = body, at time: Timestamp = now) throws -> InboundRequest {
    let request = InboundRequest(
      url: "https://hooks.example.com/in/src_1?a=1", query: "a=1", headers: [HeaderField("Content-Type", contentType)], body: body)
    return try SourceSigner(rule, secret: senderSecret).sign(request, messageID: "msg_1", at: time)
  }

  /// The names of the headers that signing added.
  func signatureHeaders() throws -> [String] { try request().headers.map(\.name).filter { $0 != "Content-Type" } }

  private static func shared(_ scheme: VerificationScheme, tolerance: Int64? = nil, coversBody: Bool = true) -> SchemeSample {
    SchemeSample(
      rule: VerificationRule(scheme), secret: "first-secret", senderSecret: "first-secret", otherSecret: "other-secret",
      coversBody: coversBody,
      toleranceSeconds: tolerance)
  }

  private static func keys(_ scheme: VerificationScheme, secret: Secret, sender: Secret, other: Secret) -> SchemeSample {
    SchemeSample(
      rule: VerificationRule(scheme), secret: secret, senderSecret: sender, otherSecret: other, toleranceSeconds: 300)
  }

  private static var keyed: SchemeSample {
    var sample = shared(.hmac, tolerance: 300)
    sample.rule.header = "X-Acme-Signature"
    sample.rule.algorithm = .sha512
    sample.rule.encoding = .base64
    sample.rule.prefix = "v9="
    sample.rule.template = "{method} {path} {url} {id}.{timestamp}.{body}"
    sample.rule.timestampHeader = "X-Acme-Time"
    sample.rule.idHeader = "X-Acme-Id"
    return sample
  }

  private static var plainKeyed: SchemeSample {
    var sample = shared(.hmac)
    sample.rule.header = "X-Acme-Signature"
    return sample
  }

  private static var apiKey: SchemeSample {
    var sample = shared(.apiKey, coversBody: false)
    sample.rule.header = "X-Api-Key"
    return sample
  }

  private static var basic: SchemeSample {
    var sample = shared(.basic, coversBody: false)
    (sample.secret, sample.senderSecret, sample.otherSecret) = ("ann:pass:word", "ann:pass:word", "ann:pass")
    return sample
  }

  private static var twilioForm: SchemeSample {
    var sample = shared(.twilio)
    sample.contentType = "application/x-www-form-urlencoded"
    return sample
  }

  /// One for each scheme but `none`, and more where a scheme has several ways.
  static var all: [SchemeSample] {
    [
      shared(.rem), shared(.mem0), shared(.standard, tolerance: 300),
      keys(
        .standard, secret: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        sender: "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        other: "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir8="),
      shared(.github), shared(.gitlab, coversBody: false), shared(.stripe, tolerance: 300), shared(.slack, tolerance: 300),
      shared(.shopify), shared(.linear, tolerance: 60), shared(.twilio), twilioForm,
      keys(
        .sendgrid,
        secret:
          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEy/cz5owHjO3OyD8iYdo9MRKBe9PspA/JqKf/PqKE/UTKSeDMEwcW3Mg8zApyfmGLRw2zmXGovgXTu5HDG44CAw==",
        sender:
          "MHcCAQEEIFisY0SmSZrNzMerWRY2aW/3Gq2IYVFEkGVIfJnRcw0soAoGCCqGSM49AwEHoUQDQgAEy/cz5owHjO3OyD8iYdo9MRKBe9PspA/JqKf/PqKE/UTKSeDMEwcW3Mg8zApyfmGLRw2zmXGovgXTu5HDG44CAw==",
        other:
          "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="),
      keys(
        .discord, secret: "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe",
        sender: "e976ff742707a4f79adb53d2d4df5563f3595bbdb708473becde2b242b9b31b7",
        other: "abe21451e47ca0abb9c57eae41862236c4b5cdea16914c3902fb8125252b0d13"),
      shared(.pagerduty), plainKeyed, keyed, shared(.bearer, coversBody: false), basic, apiKey, shared(.path, coversBody: false),
    ]
  }

  static var timed: [SchemeSample] { all.filter { $0.toleranceSeconds != nil } }
  static var coveringBody: [SchemeSample] { all.filter(\.coversBody) }
}

extension Secret: ExpressibleByStringLiteral {
  /// Wraps a text, for tests alone.
  public init(stringLiteral value: String) { self.init(value) }
}
