import Testing
import TidehookCore
import TidehookSigning

/// `standard-ed25519`: keys, signatures, and what may not be mixed up.
@Suite struct AsymmetricSigningTests {
  private static let privateKey = Secret("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==")
  private static let publicKey = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
  private static let body = Array(#"{"test": 2432232314}"#.utf8)

  @Test("the vector of Svix's tests")
  func thePublishedVector() throws {
    let key = try SigningKey(parsing: Self.privateKey)
    #expect(key.publicKey == Self.publicKey)
    let signer = try RequestSigner(schemes: [.standardEd25519], secret: nil, keys: SigningKeys(signingKey: key))
    let headers = try signer.headers(messageID: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Self.body)
    #expect(
      headers.map(\.value) == [
        "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
      ])
    for secret in [Self.publicKey, Self.privateKey.revealed] {
      let verifier = try SignatureVerifier(secret: SigningSecret(secret))
      #expect(try verifier.verify(headers: headers, body: Self.body, now: 1_614_265_330) == .valid([.standardEd25519]))
      #expect(try verifier.verify(headers: headers, body: Self.body + [0], now: 1_614_265_330) == .mismatch(.standardEd25519))
    }
  }

  @Test func aSeedAloneIsTheSameKey() throws {
    let bytes = try #require(Base64.decode(Self.privateKey.revealed.utf8.dropFirst(5)))
    let key = try SigningKey(parsing: Secret("whsk_" + Base64.encode(Array(bytes.prefix(32)))))
    #expect(key.privateKey == Self.privateKey)
  }

  @Test func aPublicKeyThatBelongsToAnotherSeedIsRefused() throws {
    var bytes = try #require(Base64.decode(Self.privateKey.revealed.utf8.dropFirst(5)))
    bytes[63] ^= 1
    let error = #expect(throws: SigningError.self) { try SigningKey(parsing: Secret("whsk_" + Base64.encode(bytes))) }
    #expect(error?.field == "signing_key")
  }

  @Test(arguments: ["", "whsk_", "whsk_?", "whsk_AAAA", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", "whsec_AAAA"])
  func whatIsNoPrivateKeyIsRefusedWithoutRepeatingIt(text: String) throws {
    let error = #expect(throws: SigningError.self) { try SigningKey(parsing: Secret(text)) }
    #expect(error?.field == "signing_key")
    #expect(text.isEmpty || error?.description.contains(text) == (text == "whsk_"))
  }

  @Test func bothVersionsStandInOneHeader() throws {
    let keys = SigningKeys(signingKey: try SigningKey.generate())
    for schemes in [[SigningScheme.standard, .standardEd25519], [.standardEd25519, .standard]] {
      let headers = try RequestSigner(schemes: schemes, secret: SigningSecret("s"), keys: keys).headers(
        messageID: "e", timestamp: 9, body: [1])
      #expect(headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
      let versions = headers.last?.value.split(separator: " ").map { String($0.split(separator: ",")[0]) }
      #expect(versions == schemes.map { $0 == .standard ? "v1" : "v1a" })
      #expect(try SignatureVerifier(schemes: [.standard], secret: SigningSecret("s")).verify(headers: headers, body: [1], now: 9).isValid)
      let publicKey = try #require(keys.signingKey?.publicKey)
      #expect(
        try SignatureVerifier(secret: SigningSecret(publicKey)).verify(headers: headers, body: [1], now: 9) == .valid([.standardEd25519]))
    }
  }

  @Test func aSharedSecretIsNoKeyAndAKeyNoSharedSecret() throws {
    for (scheme, secret) in [(SigningScheme.standardEd25519, "s"), (.standard, Self.publicKey), (.rem, Self.privateKey.revealed)] {
      let error = #expect(throws: SigningError.self) { try SignatureVerifier(schemes: [scheme], secret: SigningSecret(secret)) }
      #expect(error?.field == "secret")
    }
    #expect(throws: SigningError.self) { try RequestSigner(schemes: [.standardEd25519], secret: SigningSecret("s")) }
    #expect(throws: SigningError.self) { try RequestSigner(schemes: [.rem], secret: nil) }
  }

  @Test("RFC 8037, appendix A")
  func aPublicKeyIsAJSONWebKeyNamedByItsThumbprint() throws {
    let bytes = try #require(Base64.decodeForURL("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".utf8))
    let key = try #require(JSONWebKey.ed25519("whpk_" + Base64.encode(bytes)))
    #expect(
      key == [
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
      ])
    #expect(JSONWebKey.ed25519("whpk_AAAA") == nil && JSONWebKey.ed25519("whsec_AAAA") == nil)
  }
}
