import Testing
import TidehookCore
import TidehookSigning

@Suite struct SigningSecretTests {
  @Test func neverPrintsItself() throws {
    let secret = try SigningSecret("your-webhook-secret")
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\([secret])", "\(Optional(secret) as Any)"] {
      #expect(!text.contains("webhook"))
    }
  }

  @Test(arguments: [
    ("", SigningError.secretEmpty), (String(repeating: "é", count: 257), .secretTooLong), ("a\nb", .secretHasControlCharacter),
    ("a\u{0}", .secretHasControlCharacter), ("\u{7f}", .secretHasControlCharacter),
  ])
  func refusesWhatCannotBeASecret(text: String, expected: SigningError) {
    #expect(throws: expected) { try SigningSecret(text) }
  }

  @Test(arguments: [("whsec_", SigningError.secretEmpty), ("whsec_not base64", .secretNotBase64), ("whsec_a", .secretNotBase64)])
  func aPrefixWithoutBase64IsNoKeyForStandardWebhooks(text: String, expected: SigningError) throws {
    let secret = try SigningSecret(text)
    #expect(throws: expected) { try RequestSigner(schemes: [.standard], secret: secret) }
    #expect(throws: Never.self) { try RequestSigner(schemes: [.rem], secret: secret) }
  }

  @Test func thePrefixedSecretIsDecodedWithOrWithoutPadding() throws {
    #expect(try SigningSecret("whsec_aGk=").standardKey() == Array("hi".utf8))
    #expect(try SigningSecret("whsec_aGk").standardKey() == Array("hi".utf8))
    #expect(try SigningSecret("whsec_aGk=").utf8Key == Array("whsec_aGk=".utf8))
    #expect(try SigningSecret("hi").standardKey() == Array("hi".utf8))
  }

  @Test func anySecretHasAFormForStandardLibrariesWithTheSameKey() throws {
    let secret = try SigningSecret("your-webhook-secret")
    #expect(secret.standardText == "whsec_eW91ci13ZWJob29rLXNlY3JldA==")
    #expect(try SigningSecret(secret.standardText).standardKey() == secret.standardKey())
    #expect(try SigningSecret("whsec_aGk=").standardText == "whsec_aGk=")
  }

  @Test func generatedSecretsDifferAndHave32Bytes() throws {
    let secret = try SigningSecret.generate()
    #expect(secret.text.hasPrefix("whsec_"))
    #expect(try secret.standardKey().count == 32)
    #expect(try secret != SigningSecret.generate())
  }
}
