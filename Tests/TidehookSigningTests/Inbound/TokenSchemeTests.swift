import Testing
import TidehookCore
import TidehookSigning

/// Schemes whose senders send the secret itself.
@Suite struct TokenSchemeTests {
  private func failure(
    _ scheme: VerificationScheme, _ secret: Secret, _ headers: [(String, String)] = [], path: String = ""
  ) throws -> String? {
    let verifier = try SourceVerifier(VerificationRule(scheme), secrets: [secret])
    do throws(VerificationFailure) {
      try verifier.verify(InboundRequest(path: path, headers: headers.map { HeaderField($0.0, $0.1) }), at: SchemeSample.now)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func gitLabsTokenIsComparedWhole() throws {
    #expect(try failure(.gitlab, "token", [("x-gitlab-token", "token")]) == nil)
    for value in ["Token", "toke", "token ", "tokentoken"] {
      #expect(try failure(.gitlab, "token", [("X-Gitlab-Token", value)])?.contains("another one") == true)
    }
  }

  @Test func bearerHasNoCaseButTheTokenDoes() throws {
    #expect(try failure(.bearer, "Token", [("authorization", "bearer Token")]) == nil)
    #expect(try failure(.bearer, "Token", [("Authorization", "Bearer token")]) != nil)
    #expect(try failure(.bearer, "Token", [("Authorization", "Basic Token")])?.contains("Bearer and a token") == true)
    #expect(try failure(.bearer, "Token", [("Authorization", "Token")]) != nil)
  }

  @Test func basicPasswordsMayHaveColons() throws {
    // ann:pa:ss:
    #expect(try failure(.basic, "ann:pa:ss:", [("Authorization", "Basic YW5uOnBhOnNzOg==")]) == nil)
    #expect(try failure(.basic, "ann:pa", [("Authorization", "Basic YW5uOnBhOnNzOg==")]) != nil)
    #expect(try failure(.basic, "ann:", [("Authorization", "basic YW5uOg==")]) == nil)
    #expect(try failure(.basic, "ann:", [("Authorization", "Basic YW5u")]) != nil)
  }

  @Test func basicSecretsHaveAUserAndAPassword() {
    let error = #expect(throws: SigningError.self) { try SourceVerifier(VerificationRule(.basic), secrets: ["ann"]) }
    #expect(error?.description == "secrets[0]: expected user:password, got no colon")
  }

  @Test func thePathBehindTheIDIsTheSecret() throws {
    #expect(try failure(.path, "s3cret-~._", path: "/s3cret-~._") == nil)
    for path in ["", "/", "/s3cret", "/s3cret-~._/", "//s3cret-~._", "/s3cret-~._/x", "s3cret-~._"] {
      #expect(try failure(.path, "s3cret-~._", path: path) != nil, "\(path)")
    }
  }

  @Test(arguments: ["a/b", "a b", "a%20b", "ä", "a?b"])
  func pathSecretsStandInURLsAsTheyAre(text: String) {
    let error = #expect(throws: SigningError.self) { try SourceVerifier(VerificationRule(.path), secrets: [Secret(text)]) }
    #expect(error?.field == "secrets[0]")
  }

  @Test func signingAPathKeepsTheQuery() throws {
    let request = try SourceSigner(VerificationRule(.path), secret: "s").sign(
      InboundRequest(url: "http://h/in/src_1/?a=1", query: "a=1"), messageID: "", at: SchemeSample.now)
    #expect(request.url == "http://h/in/src_1/s?a=1")
    #expect(request.path == "/s")
  }
}
