import Testing
import TidehookCore
import TidehookSigning

/// What every scheme must do.
@Suite struct SourceVerifierTests {
  private static let now = SchemeSample.now

  /// The failure of a request; `nil` when it is believed.
  private func failure(_ sample: SchemeSample, _ request: InboundRequest, secrets: [Secret]? = nil, at now: Timestamp = now) throws
    -> String?
  {
    let verifier = try sample.verifier(secrets)
    do throws(VerificationFailure) {
      try verifier.verify(request, at: now)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func everySchemeHasASample() {
    #expect(Set(SchemeSample.all.map(\.rule.scheme)) == Set(VerificationScheme.allCases).subtracting([.none]))
  }

  @Test(arguments: SchemeSample.all)
  func believesWhatTheSenderSigned(sample: SchemeSample) throws {
    #expect(try failure(sample, sample.request()) == nil)
  }

  @Test(arguments: SchemeSample.all)
  func bodiesMayBeEmptyOrNoText(sample: SchemeSample) throws {
    let time = Array("webhookTimestamp=1700000000000".utf8)
    for body in [[], [0xff, 0xfe, 0x00], time + [0xc3, 0x28], [UInt8](repeating: 0x61, count: 100_000)] as [[UInt8]] {
      #expect(try failure(sample, sample.request(body: body)) == nil)
    }
  }

  @Test(arguments: SchemeSample.coveringBody)
  func refusesATamperedBody(sample: SchemeSample) throws {
    var request = try sample.request()
    request.body[9] ^= 1
    #expect(try failure(sample, request) != nil)
    request.body = []
    #expect(try failure(sample, request) != nil)
    request.body = SchemeSample.body + [0x20]
    #expect(try failure(sample, request) != nil)
  }

  @Test(arguments: SchemeSample.all)
  func refusesAnotherSecret(sample: SchemeSample) throws {
    #expect(try failure(sample, sample.request(), secrets: [sample.otherSecret])?.contains("expected") == true)
  }

  @Test(arguments: SchemeSample.all)
  func anyOfSeveralSecretsMayMatch(sample: SchemeSample) throws {
    #expect(try failure(sample, sample.request(), secrets: [sample.otherSecret, sample.secret]) == nil)
    #expect(try failure(sample, sample.request(), secrets: [sample.secret, sample.otherSecret]) == nil)
  }

  @Test(arguments: SchemeSample.timed)
  func timestampsMayBeOffByTheTolerance(sample: SchemeSample) throws {
    let tolerance = try #require(sample.toleranceSeconds)
    let request = try sample.request(body: sample.body(at: Self.now))
    for offset in [-tolerance, tolerance] {
      #expect(try failure(sample, request, at: Self.now + .seconds(offset)) == nil)
    }
    #expect(try failure(sample, request, at: Self.now + .seconds(tolerance + 1))?.contains("\(tolerance + 1) s old") == true)
    #expect(try failure(sample, request, at: Self.now + .seconds(-tolerance - 1))?.contains("\(tolerance + 1) s ahead") == true)
  }

  @Test(arguments: SchemeSample.timed)
  func theRuleSetsTheTolerance(sample: SchemeSample) throws {
    var narrow = sample
    narrow.rule.toleranceSeconds = 5
    let request = try sample.request(body: sample.body(at: Self.now))
    #expect(try failure(narrow, request, at: Self.now + .seconds(5)) == nil)
    #expect(try failure(narrow, request, at: Self.now + .seconds(6)) != nil)
    narrow.rule.toleranceSeconds = -1
    #expect(throws: SigningError.unusable(field: "verify.tolerance_secs", expected: "0 or more seconds", got: "-1")) {
      try narrow.verifier()
    }
  }

  @Test(arguments: SchemeSample.all)
  func refusesAndNamesMissingEmptyAndRepeatedHeaders(sample: SchemeSample) throws {
    // Linear's time is in the body, too, so that its header may be missing.
    for name in try sample.signatureHeaders() where name != "Linear-Timestamp" {
      let request = try sample.request()
      let value = try #require(request.header(name))
      for values in [[], [""], [value, value], [value, ""]] {
        var changed = request
        changed.headers.removeAll { $0.name == name }
        changed.headers += values.map { HeaderField(name.lowercased(), $0) }
        let failure = try failure(sample, changed)
        #expect(failure?.lowercased().contains(name.lowercased()) == true, "\(name) \(values.count): \(failure ?? "believed")")
      }
    }
  }

  @Test(arguments: SchemeSample.all)
  func refusesMalformedAndHugeHeaders(sample: SchemeSample) throws {
    let hostile = [
      "x", " ", ",", "=", "==", "v1=", "v1,", "sha256=", "Bearer ", "Basic ", "Basic !!", "t=,v1=", "-1", "99999999999999999999", "ü",
      "\u{0}",
      String(repeating: "a", count: 64 * 1024), String(repeating: "v1=00,", count: 5000), String(repeating: "v1,AAAA ", count: 5000),
    ]
    for name in try sample.signatureHeaders() where name != "Linear-Timestamp" {
      for value in hostile {
        var request = try sample.request()
        request.headers.removeAll { $0.name == name }
        request.headers.append(HeaderField(name, value))
        #expect(try failure(sample, request) != nil, "\(name): \(value.prefix(20))")
      }
    }
  }

  @Test(arguments: SchemeSample.all)
  func failuresShowNoSignatureAndNoSecret(sample: SchemeSample) throws {
    let request = try sample.request()
    let failure = try #require(try failure(sample, request, secrets: [sample.otherSecret]))
    for name in try sample.signatureHeaders() { #expect(!failure.contains(try #require(request.header(name)))) }
    for secret in [sample.secret, sample.senderSecret, sample.otherSecret] { #expect(!failure.contains(secret.revealed)) }
  }

  @Test(arguments: SchemeSample.all)
  func needsAtLeastOneUsableSecret(sample: SchemeSample) {
    #expect(throws: SigningError.unusable(field: "secrets", expected: "at least one secret", got: "none")) { try sample.verifier([]) }
    for bad in ["", "a\nb:c", "whsec_!", "whpk_AAAA"] as [Secret] where !Self.isUsable(bad, sample) {
      let error = #expect(throws: SigningError.self) { try sample.verifier([sample.secret, bad]) }
      #expect(error?.field == "secrets[1]", "\(bad.revealed): \(error?.description ?? "")")
      #expect(bad.revealed.isEmpty || error?.description.contains(bad.revealed) == false)
    }
  }

  /// Whether a text that is no key of Standard Webhooks is a usable secret elsewhere.
  private static func isUsable(_ secret: Secret, _ sample: SchemeSample) -> Bool {
    let takesAnyText = ![.standard, .sendgrid, .discord, .basic, .path].contains(sample.rule.scheme)
    return secret.revealed.hasPrefix("wh") && (takesAnyText || sample.rule.scheme == .path && !secret.revealed.contains("!"))
  }

  @Test func schemeNoneBelievesEverything() throws {
    try SourceVerifier(VerificationRule(.none), secrets: []).verify(InboundRequest(), at: Self.now)
  }
}

extension SchemeSample {
  /// The usual body; for Linear, whose body holds the time, that time.
  func body(at time: Timestamp) -> [UInt8] {
    Array(#"{"webhookTimestamp":\#(time.microseconds / 1000)}"#.utf8)
  }
}
