import Testing
import TidehookCore
import TidehookSigning

@Suite struct HMACRequestsTests {
  private func rule(_ change: (inout VerificationRule) -> Void = { _ in }) -> VerificationRule {
    var rule = VerificationRule(.hmac)
    rule.header = "X-Signature"
    change(&rule)
    return rule
  }

  private func isBelieved(
    _ rule: VerificationRule, _ signature: String, _ extra: [(String, String)] = [], body: String = "data", secret: Secret = "secret"
  ) throws -> Bool {
    let headers = ([("x-signature", signature)] + extra).map { HeaderField($0.0, $0.1) }
    let request = InboundRequest(
      url: "https://a.example/in/src_1/x?q=1", path: "/x", query: "q=1", headers: headers, body: Array(body.utf8))
    do {
      try SourceVerifier(rule, secrets: [secret]).verify(request, at: Timestamp(microseconds: 1_614_265_330_000_000))
      return true
    } catch is VerificationFailure {
      return false
    }
  }

  private func refusedField(_ change: (inout VerificationRule) -> Void) -> String? {
    let rule = rule(change)
    return #expect(throws: SigningError.self) { try SourceVerifier(rule, secrets: ["secret"]) }?.field
  }

  @Test func bodyAloneInHexOverSHA256IsTheDefault() throws {
    #expect(try isBelieved(rule(), "1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"))
    #expect(try !isBelieved(rule(), "sha256=1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"))
  }

  @Test func otherHashesAndEncodings() throws {
    let sha1 = rule { ($0.algorithm, $0.prefix) = (.sha1, "sha1=") }
    #expect(try isBelieved(sha1, "sha1=9818e3306ba5ac267b5f2679fe4abd37e6cd7b54"))
    let base64 = rule { $0.encoding = .base64 }
    #expect(try isBelieved(base64, "GywWt1vSqHDBFBU8zaW8/KYzFLxyL6Fg1pDeEzzLuds="))
    let sha512 = rule { $0.algorithm = .sha512 }
    #expect(
      try isBelieved(
        sha512,
        "6274071d33dec2728a2a1c903697fc1210b3252221c3d137e12d9f1ae5c8ed53e05e692b05a9eefff289667e2387c0fc0bd8a3d9bd7000782730c856a77a77d5"))
  }

  @Test func severalSignaturesInOneHeader() throws {
    let right = "v1=1b2c16b75bd2a870c114153ccda5bcfca63314bc722fa160d690de133ccbb9db"
    let list = rule { $0.prefix = "v1=" }
    for value in ["v1=00, \(right)", "\(right),v0=11", "v2=x \(right)"] { #expect(try isBelieved(list, value)) }
    for value in ["v1=00", "v2=\(right.dropFirst(3))", ","] { #expect(try !isBelieved(list, value)) }
    let spaced = rule { $0.prefix = "HMAC v1, " }
    #expect(try isBelieved(spaced, "HMAC v1, \(right.dropFirst(3))"))
  }

  @Test func stripesSchemeCanBeDescribedByATemplate() throws {
    let rule = rule { ($0.template, $0.timestampHeader) = ("{timestamp}.{body}", "X-Time") }
    let hex = "3c5817089d739023dd6190f70a3757e04f7a2fd8b5dab12c2e000f51970dccff"
    let body = #"{"id":"evt_test_webhook","object":"event"}"#
    #expect(try isBelieved(rule, hex, [("X-Time", "1614265330")], body: body, secret: "whsec_test_secret"))
    #expect(try !isBelieved(rule, hex, [("X-Time", "1614265331")], body: body, secret: "whsec_test_secret"))
    #expect(try !isBelieved(rule, hex, body: body, secret: "whsec_test_secret"))
  }

  @Test func everyPlaceOfATemplate() throws {
    let rule = rule {
      $0.template = "({method}|{url}|{path}|{id}|{timestamp}|{body})"
      ($0.timestampHeader, $0.idHeader) = ("X-Time", "X-Id")
    }
    // HMAC-SHA256 of "(POST|https://a.example/in/src_1/x?q=1|/in/src_1/x|id 7|1614265330|data)"
    let hex = "cf9113db286776856d935a06cc3291a10f3bf093d2b3512af4c7e0d8eb5533f7"
    let headers = [("X-Time", "1614265330"), ("X-Id", "id 7")]
    #expect(try isBelieved(rule, hex, headers))
    #expect(try !isBelieved(rule, hex, [("X-Time", "1614265330"), ("X-Id", "id 8")]))
    var hidden = rule
    hidden.url = "https://public.example/hook"
    #expect(try !isBelieved(hidden, hex, headers))
  }

  @Test func rulesThatCannotWorkNameTheirField() {
    #expect(refusedField { $0.header = nil } == "verify.header")
    #expect(refusedField { $0.header = "" } == "verify.header")
    #expect(refusedField { $0.template = "{timestamp}.{body}" } == "verify.timestamp_header")
    #expect(refusedField { $0.template = "{id}.{body}" } == "verify.id_header")
    #expect(refusedField { $0.timestampHeader = "X-Time" } == "verify.template")
    #expect(refusedField { $0.idHeader = "X-Id" } == "verify.template")
    for template in ["", "{url}", "{body", "{nothing}{body}", "{}{body}", "{ body }"] {
      #expect(refusedField { $0.template = template } == "verify.template")
    }
  }

  @Test func apiKeysNeedTheirHeader() {
    let error = #expect(throws: SigningError.self) { try SourceVerifier(VerificationRule(.apiKey), secrets: ["secret"]) }
    #expect(error?.description == "verify.header: expected the name of the header that holds the secret, got none")
  }
}
