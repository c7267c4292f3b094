import Testing
import TidehookCore
import TidehookSigning

/// Schemes whose senders have a private key.
@Suite struct PublicKeySchemeTests {
  private static let sendgridKey: Secret =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
  private static let sendgridSignature =
    "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM="
  private static let sendgridBody =
    #"[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","#
    + #""sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","#
    + #""sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","#
    + #""smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]"# + "\r\n"
  /// A private key, which must not be taken for a public one.
  private static let sendgridPrivateKey =
    "MHcCAQEEIFisY0SmSZrNzMerWRY2aW/3Gq2IYVFEkGVIfJnRcw0soAoGCCqGSM49AwEHoUQDQgAEy/cz5owHjO3OyD8iYdo9MRKBe9PspA/JqKf/PqKE/UTKSeDMEwcW3Mg8zApyfmGLRw2zmXGovgXTu5HDG44CAw=="
  private static let discordKey: Secret = "d52880e28f61caa4c2a48a82e55f4751a92289a78009ea9f6532270c16ce8abe"
  private static let discordSignature =
    "96f91f283d4e6f5f3b00d74511e56dfa92db4b69e6f87123423897dbc52eb67fcb8a9cafb8b8b39be7ec547ad30fe445adf6f5d88cfaf6728ec9272d1839930e"

  private func sendgrid(_ signature: String = sendgridSignature, timestamp: String = "1600112502") -> [(String, String)] {
    [("X-Twilio-Email-Event-Webhook-Signature", signature), ("X-Twilio-Email-Event-Webhook-Timestamp", timestamp)]
  }

  @Test func sendGridSDK() throws {
    let vector = Vector(.sendgrid, Self.sendgridKey, at: 1_600_112_502)
    try vector.verify(Self.sendgridBody, sendgrid())
    #expect(vector.failure(String(Self.sendgridBody.dropLast()), sendgrid()) != nil)
    #expect(vector.failure(Self.sendgridBody, sendgrid(timestamp: "1600112503")) != nil)
    #expect(vector.failure(Self.sendgridBody, sendgrid("AAAA")) != nil)
  }

  @Test func sendGridKeysMayBePEM() throws {
    let pem =
      "-----BEGIN PUBLIC KEY-----\n\(Self.sendgridKey.revealed.prefix(64))\n\(Self.sendgridKey.revealed.dropFirst(64))\n-----END PUBLIC KEY-----\n"
    try Vector(.sendgrid, Secret(pem), at: 1_600_112_502).verify(Self.sendgridBody, sendgrid())
  }

  @Test func sendGridKeysMustBeOnP256() {
    // An Ed25519 key in DER, a private key on P-256, and a truncated public one.
    let bad = [
      "MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", Self.sendgridPrivateKey,
      String(Self.sendgridKey.revealed.dropLast(8)), "", "not a key",
    ]
    for text in bad {
      let error = #expect(throws: SigningError.self) { try SourceVerifier(VerificationRule(.sendgrid), secrets: [Secret(text)]) }
      #expect(error?.field == "secrets[0]")
    }
  }

  @Test func discordDerived() throws {
    let vector = Vector(.discord, Self.discordKey)
    try vector.verify(#"{"type":1}"#, [("X-Signature-Ed25519", Self.discordSignature), ("X-Signature-Timestamp", "1614265330")])
    #expect(
      vector.failure(#"{"type":1}"#, [("X-Signature-Ed25519", Self.discordSignature), ("X-Signature-Timestamp", "1614265331")]) != nil)
    #expect(
      vector.failure(#"{"type":1}"#, [("X-Signature-Ed25519", "00"), ("X-Signature-Timestamp", "1614265330")])?.contains("another one")
        == true)
  }

  @Test(arguments: ["", "00", "zz", String(repeating: "0", count: 63), String(repeating: "0", count: 66)])
  func discordKeysAre32Bytes(text: String) {
    #expect(throws: SigningError.self) { try SourceVerifier(VerificationRule(.discord), secrets: [Secret(text)]) }
  }

  @Test(arguments: [VerificationScheme.discord, .standard, .sendgrid])
  func generatedKeysBelongTogether(scheme: VerificationScheme) throws {
    let pair = try #require(try KeyPair.generate(for: scheme))
    let now = SchemeSample.now
    let request = try SourceSigner(VerificationRule(scheme), secret: pair.privateKey).sign(
      InboundRequest(body: [1, 2, 3]), messageID: "msg_1", at: now)
    try SourceVerifier(VerificationRule(scheme), secrets: [Secret(pair.publicKey)]).verify(request, at: now)
    #expect(try KeyPair.generate(for: scheme)?.publicKey != pair.publicKey)
  }

  @Test func sharedSecretsHaveNoKeyPair() throws {
    #expect(try KeyPair.generate(for: .github) == nil)
  }

  @Test func privateKeysMayBePEM() throws {
    let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIIqTXqoF7ZAGAvHIo51j+VF1eZvVNSgtGEdt0mJqnkyy\n-----END PRIVATE KEY-----\n"
    let request = try SourceSigner(VerificationRule(.discord), secret: Secret(pem)).sign(
      InboundRequest(), messageID: "", at: SchemeSample.now)
    try SourceVerifier(VerificationRule(.discord), secrets: ["abe21451e47ca0abb9c57eae41862236c4b5cdea16914c3902fb8125252b0d13"])
      .verify(request, at: SchemeSample.now)
  }
}
