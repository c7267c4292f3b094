import Testing
import TidehookCore
import TidehookSigning

/// Schemes of providers, signed as the providers publish it, and believed by sources.
@Suite struct ProviderSchemeTests {
  private func headers(
    _ scheme: SigningScheme, _ secret: String, _ body: String, id: String = "evt_1", at time: Int64 = 1_614_265_330
  ) throws -> [String: String] {
    let signer = try RequestSigner(schemes: [scheme], secret: SigningSecret(secret))
    let headers = try signer.headers(messageID: id, timestamp: time, body: Array(body.utf8))
    return Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  @Test("vectors of GitHub's documentation and of octokit")
  func github() throws {
    #expect(
      try headers(.github, "It's a Secret to Everybody", "Hello, World!") == [
        "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
      ])
    #expect(
      try headers(.github, "secret", "data") == [
        "X-Hub-Signature-256": "sha256=1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"
      ])
  }

  @Test func stripeTakesTheWholeSecret() throws {
    #expect(
      try headers(.stripe, "whsec_test_secret", #"{"id":"evt_test_webhook","object":"event"}"#) == [
        "Stripe-Signature": "t=1614265330,v1=3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff"
      ])
  }

  @Test("the vector of Slack's documentation")
  func slack() throws {
    let body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
      + "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
      + "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    #expect(
      try headers(.slack, "8f742231b10e8888abcd99yyyzzz85a5", body, at: 1_531_420_618) == [
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "X-Slack-Request-Timestamp": "1531420618",
      ])
  }

  @Test func shopify() throws {
    #expect(
      try headers(.shopify, "hush", #"{"id":1}"#) == ["X-Shopify-Hmac-SHA256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="])
  }

  @Test(
    "vectors made with openssl dgst -hmac",
    arguments: [
      (
        #"{"scheme":"custom","header":"X-Sig","algorithm":"sha1","prefix":"sha1="}"#,
        ["X-Sig": "sha1=9818e3306ba5ac267b5f2679fe4abd37e6cd7b54"]
      ),
      (
        #"{"scheme":"custom","header":"X-Sig","encoding":"base64url"}"#,
        ["X-Sig": "GywWt1vSqHDBFBU8zaW8_KYzFLxyL6Fg1pDeEzzLuds"]
      ),
    ])
  func custom(description: String, expected: [String: String]) throws {
    let scheme = try SigningScheme(json: try JSONValue(parsing: Array(description.utf8)))
    #expect(try headers(scheme, "secret", "data") == expected)
  }

  /// Each scheme with the rule of a source that believes it.
  static var pairs: [(SigningScheme, VerificationRule)] {
    get throws {
      let custom = try CustomSigning(json: [
        "scheme": "custom", "header": "X-Sig", "algorithm": "sha512", "encoding": "base64url", "prefix": "v=",
        "template": "{id}:{timestamp}:{body}:{id}", "timestamp_header": "X-Time",
      ])
      let plain = try CustomSigning(json: ["scheme": "custom", "header": "X-Sig"])
      return [
        (.rem, VerificationRule(.rem)), (.standard, VerificationRule(.standard)), (.mem0, VerificationRule(.mem0)),
        (.github, VerificationRule(.github)), (.stripe, VerificationRule(.stripe)), (.slack, VerificationRule(.slack)),
        (.shopify, VerificationRule(.shopify)), (.custom(custom), custom.rule), (.custom(plain), plain.rule),
      ]
    }
  }

  @Test func sourcesBelieveWhatWebhooksSend() throws {
    for (scheme, rule) in try Self.pairs {
      let body = Array(#"{"text":"naïve 🎉"}"#.utf8)
      let headers = try RequestSigner(schemes: [scheme], secret: SigningSecret("s3cret"))
        .headers(messageID: "evt_1", timestamp: 1_700_000_000, body: body)
      let fields = headers.map { HeaderField($0.name, $0.value) }
      let now = Timestamp(microseconds: 1_700_000_000_000_000)
      let verifier = try SourceVerifier(rule, secrets: [Secret("s3cret")])
      try verifier.verify(InboundRequest(headers: fields, body: body), at: now)
      #expect(throws: VerificationFailure.self) { try verifier.verify(InboundRequest(headers: fields, body: body + [0]), at: now) }
      let checker = try SignatureVerifier(schemes: [scheme], secret: SigningSecret("s3cret"))
      #expect(try checker.verify(headers: headers, body: body, now: 1_700_000_000) == .valid([scheme]))
      #expect(try checker.verify(headers: headers, body: body + [0], now: 1_700_000_000) == .mismatch(scheme))
      #expect(scheme.isPresent(in: headers))
      #expect(!scheme.isPresent(in: []))
    }
  }

  @Test(arguments: [SigningScheme.slack, .stripe])
  func oldSignaturesAreStale(scheme: SigningScheme) throws {
    let headers = try RequestSigner(schemes: [scheme], secret: SigningSecret("s")).headers(messageID: "e", timestamp: 1000, body: [1])
    let checker = try SignatureVerifier(schemes: [scheme], secret: SigningSecret("s"))
    #expect(try checker.verify(headers: headers, body: [1], now: 1301) == .staleTimestamp(scheme, ageSeconds: 301))
  }

  @Test(arguments: ["", "t=1000", "v1=00", "t=x,v1=00", "nonsense"])
  func aMalformedHeaderOfStripeIsNamed(value: String) throws {
    let checker = try SignatureVerifier(schemes: [.stripe], secret: SigningSecret("s"))
    #expect(
      try checker.verify(headers: [("Stripe-Signature", value)], body: [], now: 1000) == .malformed(.stripe, header: "Stripe-Signature"))
  }

  @Test func aMissingTimeIsNamed() throws {
    let checker = try SignatureVerifier(schemes: [.slack], secret: SigningSecret("s"))
    let verdict = try checker.verify(headers: [("X-Slack-Signature", "v0=00")], body: [], now: 1000)
    #expect(verdict == .malformed(.slack, header: "X-Slack-Request-Timestamp"))
  }

  @Test func severalSchemesSignAtOnceAndSayEachThingOnce() throws {
    let custom = SigningScheme.custom(
      try CustomSigning(json: ["scheme": "custom", "header": "X-Sig", "template": "{id}.{timestamp}.{body}"]))
    let signer = try RequestSigner(schemes: [custom, .github, .standard, .stripe], secret: SigningSecret("s"))
    let headers = try signer.headers(messageID: "evt_1", timestamp: 5, body: [1])
    #expect(
      headers.map(\.name) == [
        "X-Sig", "webhook-timestamp", "webhook-id", "X-Hub-Signature-256", "webhook-signature", "Stripe-Signature",
      ])
    #expect(
      try SignatureVerifier(schemes: [custom, .standard], secret: SigningSecret("s")).verify(headers: headers, body: [1], now: 5).isValid)
  }

  @Test(arguments: ["X-REM-Signature", "x-rem-signature-previous", "X-Slack-Request-Timestamp"])
  func twoSchemesCannotWriteDifferentThingsIntoOneHeader(header: String) throws {
    let custom = SigningScheme.custom(try CustomSigning(json: ["scheme": "custom", "header": .string(header)]))
    let error = #expect(throws: SigningError.self) { try RequestSigner(schemes: [.rem, .slack, custom], secret: SigningSecret("s")) }
    #expect(error?.field == "signing")
  }
}
