import Testing
import TidehookCore
import TidehookSigning

@Suite struct SignatureVerifierTests {
  private let body = Array(#"{"a":1}"#.utf8)
  private let now: Int64 = 1_700_000_000

  private func makeHeaders(_ schemes: [SigningScheme] = SigningScheme.defaults, at timestamp: Int64? = nil) throws -> [SignatureHeader] {
    try RequestSigner(schemes: schemes, secret: SigningSecret("your-webhook-secret"))
      .headers(messageID: "evt_1", timestamp: timestamp ?? now, body: body)
  }

  private func verdict(_ headers: [SignatureHeader], body: [UInt8]? = nil, secret: String = "your-webhook-secret") throws
    -> SignatureVerdict
  {
    try SignatureVerifier(secret: SigningSecret(secret)).verify(headers: headers, body: body ?? self.body, now: now)
  }

  private func replacing(_ name: String, by value: String?, in headers: [SignatureHeader]) -> [SignatureHeader] {
    headers.compactMap { header in header.name == name ? value.map { (name, $0) } : header }
  }

  @Test func acceptsWhatTheSignerMade() throws {
    #expect(try verdict(makeHeaders()) == .valid([.rem, .standard]))
    #expect(try verdict(makeHeaders([.rem])) == .valid([.rem]))
    #expect(try verdict(makeHeaders([.standard])) == .valid([.standard]))
  }

  @Test func namesOfHeadersHaveNoCase() throws {
    #expect(try verdict(makeHeaders().map { ($0.name.uppercased(), $0.value) }) == .valid([.rem, .standard]))
  }

  @Test(arguments: SigningScheme.named.filter { $0 != .standardEd25519 })
  func anotherSecretOrBodyDoesNotMatch(scheme: SigningScheme) throws {
    #expect(try verdict(makeHeaders([scheme]), secret: "other") == .mismatch(scheme))
    #expect(try verdict(makeHeaders([scheme]), body: Array(#"{"a":2}"#.utf8)) == .mismatch(scheme))
    #expect(try verdict(makeHeaders([scheme]), body: []) == .mismatch(scheme))
  }

  @Test func oneWrongSignatureOutweighsARightOne() throws {
    let headers = replacing("X-REM-Signature", by: String(repeating: "0", count: 64), in: try makeHeaders())
    #expect(try verdict(headers) == .mismatch(.rem))
  }

  @Test func remTakesNothingButBareLowerCase() throws {
    let signature = try #require(try makeHeaders([.rem]).first?.value)
    for other in [signature.uppercased(), "sha256=" + signature, signature + " ", "", String(signature.dropLast())] {
      #expect(try verdict([("X-REM-Signature", other)]) == .mismatch(.rem))
    }
  }

  @Test func mem0TakesEitherHeaderInEitherForm() throws {
    let code = try #require(try makeHeaders([.mem0]).first?.value)
    for header in ["X-Mem0-Signature", "x-mem0-signature-256"] {
      for value in [code, "sha256=" + code] { #expect(try verdict([(header, value)]) == .valid([.mem0])) }
      for value in [code.uppercased(), "sha1=" + code, "", String(code.dropLast())] {
        #expect(try verdict([(header, value)]) == .mismatch(.mem0))
      }
    }
  }

  @Test func ofBothHeadersOfMem0EachMustBeRight() throws {
    let headers = try makeHeaders([.mem0])
    #expect(try verdict(headers) == .valid([.mem0]))
    for name in headers.map(\.name) { #expect(try verdict(replacing(name, by: "sha256=0", in: headers)) == .mismatch(.mem0)) }
  }

  @Test(arguments: [300, -300, 0] as [Int64])
  func timestampsWithinFiveMinutesAreFresh(age: Int64) throws {
    #expect(try verdict(makeHeaders([.standard], at: now - age)).isValid)
  }

  @Test(arguments: [301, -301, 1_000_000] as [Int64])
  func olderOrFutureTimestampsAreStale(age: Int64) throws {
    #expect(try verdict(makeHeaders([.standard], at: now - age)) == .staleTimestamp(.standard, ageSeconds: age))
  }

  @Test(arguments: ["", "x", "-1", "1.5", " 1700000000", "9999999999999999999999", "+1700000000"])
  func timestampsThatAreNoWholeSecondsAreMalformed(timestamp: String) throws {
    let headers = replacing("webhook-timestamp", by: timestamp, in: try makeHeaders([.standard]))
    #expect(try verdict(headers) == .malformed(.standard, header: "webhook-timestamp"))
  }

  @Test func absentHeadersAreNamed() throws {
    let headers = try makeHeaders([.standard])
    #expect(try verdict([]) == .missing)
    #expect(try verdict(replacing("webhook-signature", by: nil, in: headers)) == .missing)
    #expect(try verdict(replacing("webhook-id", by: nil, in: headers)) == .malformed(.standard, header: "webhook-id"))
    #expect(try verdict(replacing("webhook-id", by: "a.b", in: headers)) == .malformed(.standard, header: "webhook-id"))
    #expect(try verdict(replacing("webhook-timestamp", by: nil, in: headers)) == .malformed(.standard, header: "webhook-timestamp"))
  }

  @Test func anyMatchInTheListCountsAndUnknownVersionsAreIgnored() throws {
    let headers = try makeHeaders([.standard])
    let signature = try #require(headers.last?.value)
    #expect(try verdict(replacing("webhook-signature", by: "v1a,xyz", in: headers)) == .missing, "another version is not ours to judge")
    for list in ["v1,AAAA \(signature)", "\(signature) v1,AAAA", "v1a,xyz \(signature) v9"] {
      #expect(try verdict(replacing("webhook-signature", by: list, in: headers)).isValid)
    }
    for list in ["", " ", "v1,", "v1", "v2" + signature.dropFirst(2), String(signature.dropFirst(3)), signature + "A"] {
      #expect(try verdict(replacing("webhook-signature", by: list, in: headers)) == .mismatch(.standard))
    }
  }

  @Test func verdictsReadWell() {
    #expect(SignatureVerdict.valid([.rem, .standard]).description == "valid (rem, standard)")
    #expect(SignatureVerdict.staleTimestamp(.standard, ageSeconds: -400).description == "standard: the timestamp is 400 s ahead")
    #expect(
      SignatureVerdict.malformed(.standard, header: "webhook-id").description == "standard: header webhook-id is missing or malformed")
  }
}
