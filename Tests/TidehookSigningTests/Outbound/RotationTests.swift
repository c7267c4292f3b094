import Testing
import TidehookCore
import TidehookSigning

/// While a secret is being replaced, receivers that have either believe a request.
@Suite struct RotationTests {
  private static let end: Int64 = 2000
  private static let body: [UInt8] = Array("{}".utf8)

  private func signer(_ schemes: [SigningScheme], keys: SigningKeys? = nil) throws -> RequestSigner {
    let previous = Replaced(Secret("old"), expiresAt: Timestamp(microseconds: Self.end * 1_000_000))
    return try RequestSigner(schemes: schemes, secret: SigningSecret("new"), keys: keys ?? SigningKeys(previousSecret: previous))
  }

  private func headers(_ schemes: [SigningScheme], at time: Int64) throws -> [SignatureHeader] {
    try signer(schemes).headers(messageID: "evt_1", timestamp: time, body: Self.body)
  }

  private func isBelieved(_ headers: [SignatureHeader], _ scheme: SigningScheme, by secret: String, at time: Int64) throws -> Bool {
    try SignatureVerifier(schemes: [scheme], secret: SigningSecret(secret)).verify(headers: headers, body: Self.body, now: time).isValid
  }

  @Test func untilTheEndBothSecretsAreBelievedAndThenOnlyTheNewOne() throws {
    for scheme in try ProviderSchemeTests.pairs.map(\.0) {
      let during = try headers([scheme], at: Self.end - 1)
      #expect(try isBelieved(during, scheme, by: "new", at: Self.end - 1), "\(scheme)")
      #expect(try isBelieved(during, scheme, by: "old", at: Self.end - 1), "\(scheme)")
      #expect(try !isBelieved(during, scheme, by: "other", at: Self.end - 1), "\(scheme)")
      let after = try headers([scheme], at: Self.end)
      #expect(try isBelieved(after, scheme, by: "new", at: Self.end), "\(scheme)")
      #expect(try !isBelieved(after, scheme, by: "old", at: Self.end), "\(scheme)")
      #expect(after.allSatisfy { !$0.name.hasSuffix("-Previous") })
    }
  }

  @Test func theStandardHeaderHasBothTheNewerFirst() throws {
    let both = try #require(try headers([.standard], at: 1).last?.value.split(separator: " "))
    #expect(both.count == 2)
    let alone = try RequestSigner(schemes: [.standard], secret: SigningSecret("new")).headers(
      messageID: "evt_1", timestamp: 1, body: Self.body)
    #expect(alone.last?.value == both.first.map { String($0) })
  }

  @Test func headersOfOneValueHaveASecondHeader() throws {
    #expect(try headers([.rem], at: 1).map(\.name) == ["X-REM-Signature", "X-REM-Signature-Previous"])
    #expect(try headers([.shopify], at: 1).map(\.name) == ["X-Shopify-Hmac-SHA256", "X-Shopify-Hmac-SHA256-Previous"])
    #expect(
      try headers([.slack], at: 1).map(\.name) == ["X-Slack-Signature", "X-Slack-Signature-Previous", "X-Slack-Request-Timestamp"])
    let old = try RequestSigner(schemes: [.rem], secret: SigningSecret("old")).headers(messageID: "", timestamp: 1, body: Self.body)
    #expect(try headers([.rem], at: 1).last?.value == old.first?.value)
  }

  @Test func stripesHeaderHasBoth() throws {
    let value = try #require(try headers([.stripe], at: 1).first?.value)
    #expect(value.split(separator: ",").map { $0.prefix(3) } == ["t=1", "v1=", "v1="])
    let rule = VerificationRule(.stripe)
    for secret in ["old", "new"] {
      try SourceVerifier(rule, secrets: [Secret(secret)]).verify(
        InboundRequest(headers: [HeaderField("Stripe-Signature", value)], body: Self.body), at: Timestamp(microseconds: 1_000_000))
    }
  }

  @Test func keyPairsAreReplacedTheSameWay() throws {
    let (old, new) = (try SigningKey.generate(), try SigningKey.generate())
    let replaced = Replaced(old, expiresAt: Timestamp(microseconds: Self.end * 1_000_000))
    let signer = try signer([.standardEd25519], keys: SigningKeys(signingKey: new, previousSigningKey: replaced))
    for (time, isOldBelieved) in [(Self.end - 1, true), (Self.end, false)] {
      let headers = try signer.headers(messageID: "evt_1", timestamp: time, body: Self.body)
      #expect(try isBelieved(headers, .standardEd25519, by: new.publicKey, at: time))
      #expect(try isBelieved(headers, .standardEd25519, by: old.publicKey, at: time) == isOldBelieved)
    }
  }

  @Test func aSignatureByTheFormerSecretIsNoReasonToBelieveAWrongOne() throws {
    let wrong: [SignatureHeader] = [("X-REM-Signature", "00"), ("X-REM-Signature-Previous", "00")]
    #expect(try !isBelieved(wrong, .rem, by: "new", at: 1))
  }
}
