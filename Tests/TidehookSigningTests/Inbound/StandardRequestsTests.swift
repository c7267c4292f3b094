import Testing
import TidehookCore
import TidehookSigning

@Suite struct StandardRequestsTests {
  private static let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let publicKey: Secret = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
  private static let body = #"{"test": 2432232314}"#
  private static let symmetric = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
  private static let asymmetric = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="

  private func headers(_ signature: String, family: String = "webhook", id: String = "msg_p5jXN8AQM9LWM0D4loKWxJek") -> [(String, String)] {
    [("\(family)-id", id), ("\(family)-timestamp", "1614265330"), ("\(family)-signature", signature)]
  }

  @Test(arguments: ["webhook", "svix", "Webhook", "SVIX"])
  func referenceVectors(family: String) throws {
    try Vector(.standard, Self.secret).verify(Self.body, headers(Self.symmetric, family: family))
    try Vector(.standard, Self.publicKey).verify(Self.body, headers(Self.asymmetric, family: family))
  }

  @Test func theReferencesInvalidSignatureIsRefused() {
    #expect(
      Vector(.standard, Self.secret).failure(Self.body, headers("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="))?.contains("another one")
        == true)
  }

  @Test func anyOfSeveralSignaturesCountsAndUnknownVersionsDoNot() throws {
    let vector = Vector(.standard, Self.secret)
    for list in ["v1,AAAA \(Self.symmetric)", "v2,abc \(Self.symmetric) v1a,xyz", " \(Self.symmetric) "] {
      try vector.verify(Self.body, headers(list))
    }
    for list in ["v2" + Self.symmetric.dropFirst(2), Self.asymmetric, "v1", "v1,", String(Self.symmetric.dropFirst(3))] {
      #expect(vector.failure(Self.body, headers(list)) != nil)
    }
    #expect(vector.failure(Self.body, headers(Self.asymmetric))?.contains("v1, and base64") == true)
  }

  @Test func tooManySignaturesAreRefusedBeforeAnyIsChecked() {
    let list = Array(repeating: "v1,AAAA", count: 17).joined(separator: " ")
    #expect(Vector(.standard, Self.secret).failure(Self.body, headers(list))?.contains("at most 16 signatures") == true)
    let costly = Array(repeating: "v1a,AAAA", count: 4).joined(separator: " ")
    #expect(Vector(.standard, Self.publicKey).failure(Self.body, headers(costly))?.contains("at most 3 signatures v1a") == true)
  }

  @Test func sharedSecretsAndPublicKeysMayStandTogether() throws {
    let verifier = try SourceVerifier(VerificationRule(.standard), secrets: [Self.secret, Self.publicKey])
    for signature in [Self.symmetric, Self.asymmetric] {
      let fields = headers(signature).map { HeaderField($0.0, $0.1) }
      try verifier.verify(
        InboundRequest(headers: fields, body: Array(Self.body.utf8)), at: Timestamp(microseconds: 1_614_265_330_000_000))
    }
  }

  @Test func secretsWithoutPrefixAreTheKeyAsTheyStand() throws {
    let time = Timestamp(microseconds: 1_614_265_330_000_000)
    let request = try SourceSigner(VerificationRule(.standard), secret: "plain text").sign(
      InboundRequest(body: Array("x".utf8)), messageID: "m", at: time)
    try SourceVerifier(VerificationRule(.standard), secrets: ["whsec_cGxhaW4gdGV4dA=="]).verify(request, at: time)
  }

  @Test func idsWithAPeriodAreRefused() {
    #expect(Vector(.standard, Self.secret).failure(Self.body, headers(Self.symmetric, id: "a.b"))?.contains("period") == true)
  }

  @Test func privateKeysAreNoSecretsOfSources() {
    let error = #expect(throws: SigningError.self) {
      try SourceVerifier(VerificationRule(.standard), secrets: ["whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc="])
    }
    #expect(error?.description.contains("whsk_ private key") == true)
  }
}
