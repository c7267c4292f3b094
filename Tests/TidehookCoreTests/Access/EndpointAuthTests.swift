import Testing
import TidehookCore

@Suite struct EndpointAuthTests {
  private func auth(_ text: String) throws -> EndpointAuth { try EndpointAuth(json: JSONValue(parsing: Array(text.utf8))) }

  private static let forms = [
    #"{"type":"basic","username":"u","password":"p:ä"}"#, #"{"type":"bearer","token":"t0ken"}"#,
    #"{"type":"oauth2","token_url":"https://id.example/token","client_id":"c","client_secret":"s","scope":"a b","audience":null,"client_auth":"body"}"#,
  ]

  @Test(arguments: forms)
  func whatIsWrittenReadsBack(_ form: String) throws {
    let read = try auth(form)
    #expect(read.json(revealing: true) == (try JSONValue(parsing: Array(form.utf8))))
    let masked = read.json(revealing: false)
    let text = String(decoding: masked.bytes, as: UTF8.self)
    #expect(text.contains("<secret>") && !text.contains("t0ken") && !text.contains("p:ä"))
    #expect(try EndpointAuth(json: masked).keepingSecrets(of: read) == read)
    #expect(!"\(read)".contains("t0ken"))
  }

  @Test(arguments: [
    (#"{"type":"basic","username":"u","password":"<secret>"}"#, #"{"type":"basic","username":"v","password":"p"}"#, "password"),
    (#"{"type":"bearer","token":"<secret>"}"#, #"{"type":"basic","username":"v","password":"p"}"#, "token"),
    (
      #"{"type":"oauth2","token_url":"https://evil.example/","client_id":"c","client_secret":"<secret>"}"#,
      #"{"type":"oauth2","token_url":"https://id.example/","client_id":"c","client_secret":"s"}"#, "client_secret"
    ),
    (
      #"{"type":"oauth2","token_url":"https://id.example/","client_id":"d","client_secret":"<secret>"}"#,
      #"{"type":"oauth2","token_url":"https://id.example/","client_id":"c","client_secret":"s"}"#, "client_secret"
    ),
  ])
  func aSecretIsKeptForTheSameAccountOnly(_ change: String, _ stored: String, _ field: String) throws {
    let (change, stored) = (try auth(change), try auth(stored))
    for stored in [stored, nil] {
      #expect { try change.keepingSecrets(of: stored) } throws: { ($0 as? JSONProblem)?.path == field }
    }
  }

  @Test(arguments: [
    ("[]", ""), ("{}", "type"), (#"{"type":1}"#, "type"), (#"{"type":"digest"}"#, "type"),
    (#"{"type":"basic","username":"a:b","password":"p"}"#, "username"), (#"{"type":"basic","username":"","password":"p"}"#, "username"),
    (#"{"type":"basic","username":"a","password":"secret\n"}"#, "password"), (#"{"type":"bearer","token":"secret secret"}"#, "token"),
    (#"{"type":"bearer","token":""}"#, "token"), (#"{"type":"bearer","token":"a","user":"b"}"#, "user"),
    (#"{"type":"oauth2","token_url":"/token","client_id":"c","client_secret":"s"}"#, "token_url"),
    (#"{"type":"oauth2","token_url":"https://id.example/","client_id":"c\n","client_secret":"s"}"#, "client_id"),
    (#"{"type":"oauth2","token_url":"https://id.example/","client_id":"c","client_secret":"s","client_auth":"jwt"}"#, "client_auth"),
  ])
  func whatMakesNoSenseIsRefusedWithoutItsSecret(_ form: String, _ field: String) {
    #expect { try auth(form) } throws: { error in
      let problem = error as? JSONProblem
      return problem?.path == field && problem?.message.contains("secret secret") == false
    }
  }
}

@Suite struct OAuth2ClientTests {
  private func client(_ authentication: OAuth2Client.Authentication) throws -> OAuth2Client {
    OAuth2Client(
      tokenURL: try DestinationURL(parsing: "https://id.example/token"), id: "a:b", secret: Secret("x/y +&"), scope: "one two",
      audience: "https://api.example", authentication: authentication)
  }

  @Test func credentialsAreEncodedAsInAForm() throws {
    #expect(try client(.basic).userAndPassword == "a%3Ab:x%2Fy%20%2B%26")
    #expect(
      String(decoding: try client(.basic).form, as: UTF8.self)
        == "grant_type=client_credentials&scope=one%20two&audience=https%3A%2F%2Fapi.example")
    #expect(try client(.body).userAndPassword == nil)
    #expect(String(decoding: try client(.body).form, as: UTF8.self).hasSuffix("&client_id=a%3Ab&client_secret=x%2Fy%20%2B%26"))
  }

  private func token(_ body: String, status: Int = 200, isTruncated: Bool = false) throws -> AccessToken {
    try AccessToken(ReceivedResponse(status: status, body: Array(body.utf8), isTruncated: isTruncated))
  }

  @Test(arguments: [
    ("3600", 3570.0), ("100", 90), (#""3600""#, 3570), ("null", 270), ("0", 0), ("-1", 0), ("1e400", 0), ("1e300", 86_370),
    (#""nan""#, 0),
    (#""soon""#, 270),
  ])
  func aTokenIsGivenUpShortlyBeforeItExpires(_ life: String, _ usable: Double) throws {
    let token = try token(#"{"access_token":"t","token_type":"bearer","expires_in":\#(life)}"#)
    #expect(token.usableFor == .microseconds(Int64(usable * 1e6)))
  }

  @Test(arguments: [
    (500, "{}", "the token endpoint answered 500"), (401, #"{"error":"invalid_client"}"#, "the token endpoint answered 401 invalid_client"),
    (400, #"{"error":"<script>"}"#, "the token endpoint answered 400"), (302, "", "the token endpoint answered 302"),
    (200, "<html>", "the token endpoint answered 200 without a JSON object"),
    (200, "{}", "the token endpoint's answer has no access_token of 1 to 8192 visible characters"),
    (200, #"{"access_token":"a\r\nb"}"#, "the token endpoint's answer has no access_token of 1 to 8192 visible characters"),
    (200, #"{"access_token":"a","token_type":"mac"}"#, "the token endpoint's answer has another token_type than Bearer"),
  ])
  func whatIsNoTokenIsAFailureOfItsOwn(_ status: Int, _ body: String, _ message: String) {
    #expect { try token(body, status: status) } throws: { ($0 as? AttemptFailure) == AttemptFailure(.auth, message) }
  }

  @Test func anAnswerThatWasCutOffIsNone() {
    #expect(throws: AttemptFailure.self) { try token(#"{"access_token":"t"}"#, isTruncated: true) }
  }
}
