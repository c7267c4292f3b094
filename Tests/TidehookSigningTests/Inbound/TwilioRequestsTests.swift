import Testing
import TidehookCore
import TidehookSigning

@Suite struct TwilioRequestsTests {
  private static let url = "https://mycompany.com/myapp.php?foo=1&bar=2"
  private static let form = "Digits=1234&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675309&From=%2B14158675309"
  private static let signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
  private static let json = #"{"property": "value", "boolean": true}"#
  private static let hash = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
  private static let jsonSignature = "a9nBmqA0ju/hNViExpshrM61xv4="

  private func request(
    _ url: String = url, query: String = "foo=1&bar=2", signature: String = signature, body: String = form,
    type: String = "application/x-www-form-urlencoded; charset=utf-8"
  ) -> InboundRequest {
    InboundRequest(
      url: url, query: query, headers: [HeaderField("X-Twilio-Signature", signature), HeaderField("Content-Type", type)],
      body: Array(body.utf8))
  }

  private func isBelieved(_ request: InboundRequest, url: String? = nil) throws -> Bool {
    var vector = Vector(.twilio, "12345")
    vector.rule.url = url
    do {
      try vector.verify(request)
      return true
    } catch is VerificationFailure {
      return false
    }
  }

  private func jsonRequest(_ query: String? = nil, body: String = json) -> InboundRequest {
    let query = query ?? "foo=1&bar=2&bodySHA256=\(Self.hash)"
    return request(
      "https://mycompany.com/myapp.php?\(query)", query: query, signature: Self.jsonSignature, body: body, type: "application/json")
  }

  @Test func formOfTheSDK() throws {
    #expect(try isBelieved(request()))
    #expect(try !isBelieved(request(body: Self.form + "&Extra=1")))
    #expect(try !isBelieved(request(body: "")))
    #expect(try !isBelieved(request("https://mycompany.com/myapp.php?foo=1&bar=3", query: "foo=1&bar=3")))
  }

  @Test func formsAreSignedInTheirOrderOnceEach() throws {
    let pairs = Self.form.split(separator: "&")
    #expect(try isBelieved(request(body: pairs.reversed().joined(separator: "&"))))
    #expect(try isBelieved(request(body: Self.form + "&Digits=1234&&")))
    #expect(try !isBelieved(request(body: Self.form + "&Digits=12345")))
  }

  @Test func formsOfManyParametersAreRefusedBeforeTheyAreSorted() throws {
    #expect {
      try Vector(.twilio, "12345").verify(request(body: String(repeating: "a=1&", count: 501)))
    } throws: { "\($0)".contains("at most 500 parameters") }
  }

  @Test func signaturesWithAndWithoutAPort() throws {
    #expect(try isBelieved(request(signature: "kvajT1Ptam85bY51eRf/AJRuM3w=")))
    #expect(try isBelieved(request("http://mycompany.com/myapp.php?foo=1&bar=2", signature: "0ZXoZLH/DfblKGATFgpif+LLRf4=")))
    #expect(try isBelieved(request("https://mycompany.com:8443/myapp.php?foo=1&bar=2")))
  }

  @Test func aProxyMayHideTheSchemeAndThePort() throws {
    #expect(try isBelieved(request("http://mycompany.com/myapp.php?foo=1&bar=2")))
    #expect(try isBelieved(request("http://mycompany.com:8420/myapp.php?foo=1&bar=2")))
  }

  @Test func theRulesURLStandsForAHiddenOne() throws {
    let inside = "http://10.0.0.7:8420/in/src_1?foo=1&bar=2"
    #expect(try !isBelieved(request(inside)))
    #expect(try isBelieved(request(inside), url: Self.url))
    #expect(try isBelieved(request(inside), url: "https://mycompany.com/myapp.php"))
    #expect(try !isBelieved(request(inside), url: "https://other.example/myapp.php"))
    #expect(try !isBelieved(request(), url: "https://other.example/myapp.php"))
  }

  @Test(arguments: [
    ("https://h.example/x", "https://h.example:443/x", true), ("https://h.example:443/x", "https://h.example/x", true),
    ("http://[::1]/x", "http://[::1]:80/x", true), ("https://[::1]:443/x?a=1", "https://[::1]/x?a=1", true),
    ("https://h.example/x", "HTTPS://h.example/x", true), ("https://h.example", "http://h.example:8420", true),
    ("https://u:p@h.example:443/x", "https://u:p@h.example/x", true), ("https://u:p@h.example/x", "https://h.example/x", false),
    ("https://h.example/X", "https://h.example/x", false), ("https://h.example/x", "https://h.example.com/x", false),
    ("/in/src_1", "/in/src_1", true), ("", "", true), ("https://h.example/x", "", false),
  ])
  func urlsAreTheSameButForSchemeAndPort(signed: String, seen: String, isSame: Bool) throws {
    var request = try SourceSigner(VerificationRule(.twilio), secret: "12345").sign(
      InboundRequest(method: "GET", url: signed), messageID: "", at: SchemeSample.now)
    request.url = seen
    request.query = seen.contains("?") ? "a=1" : ""
    #expect(try isBelieved(request) == isSame)
  }

  @Test(arguments: ["a=%2", "a=%", "a=%zz", "=", "a", "&&", "a=1&a=1&a=2", "%ff=%fe+%00"])
  func oddFormsAreReadAsTheyAreSigned(form: String) throws {
    let sent = request(body: form)
    let signed = try SourceSigner(VerificationRule(.twilio), secret: "12345").sign(sent, messageID: "", at: SchemeSample.now)
    #expect(try isBelieved(signed))
    #expect(try !isBelieved(sent))
  }

  @Test func theRulesURLMustBeOne() {
    var rule = VerificationRule(.twilio)
    rule.url = "mycompany.com"
    let error = #expect(throws: SigningError.self) { try SourceVerifier(rule, secrets: ["12345"]) }
    #expect(error?.field == "verify.url")
  }

  @Test func jsonOfTheSDK() throws {
    #expect(try isBelieved(jsonRequest()))
    #expect(try !isBelieved(jsonRequest(body: Self.json + " ")))
    var inside = jsonRequest()
    inside.url = "http://10.0.0.7/in/src_1?\(inside.query)"
    #expect(try isBelieved(inside, url: Self.url))
  }

  @Test func theSignerKnowsTheRulesURL() throws {
    var rule = VerificationRule(.twilio)
    rule.url = Self.url
    for type in ["application/json", "application/x-www-form-urlencoded"] {
      let sent = InboundRequest(
        url: "http://10.0.0.7:8420/in/src_1?foo=1&bar=2", query: "foo=1&bar=2", headers: [HeaderField("Content-Type", type)],
        body: Array(Self.json.utf8))
      let request = try SourceSigner(rule, secret: "12345").sign(sent, messageID: "", at: SchemeSample.now)
      #expect(try isBelieved(request, url: Self.url))
    }
  }

  @Test func aBodyThatTheSignatureDoesNotCoverIsRefused() throws {
    // A right signature of the URL alone, with no hash of the body in it.
    let bare = try SourceSigner(VerificationRule(.twilio), secret: "12345")
      .sign(InboundRequest(method: "GET", url: Self.url, query: "foo=1&bar=2"), messageID: "", at: SchemeSample.now)
    #expect(try isBelieved(bare))
    var forged = bare
    forged.headers.append(HeaderField("Content-Type", "application/json"))
    forged.body = Array(Self.json.utf8)
    #expect(try !isBelieved(forged))
    #expect(try !isBelieved(jsonRequest("foo=1&bar=2&bodySHA256=")))
    #expect(try !isBelieved(jsonRequest("foo=1&bar=2&bodySHA256=zz")))
  }

  @Test func hugeFormsAreRefusedUnread() {
    let huge = request(body: String(repeating: "a=b&", count: 100_000))
    let failure = #expect(throws: VerificationFailure.self) { try Vector(.twilio, "12345").verify(huge) }
    #expect(failure?.description.contains("a form of at most 262144 bytes") == true)
  }
}
