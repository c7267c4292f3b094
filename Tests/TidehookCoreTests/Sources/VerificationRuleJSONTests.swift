import Testing
import TidehookCore

@Suite struct VerificationRuleJSONTests {
  private func rule(_ text: String) throws -> VerificationRule { try VerificationRule(json: try JSONValue(parsing: Array(text.utf8))) }

  private func problem(_ text: String) throws -> JSONProblem? {
    let value = try JSONValue(parsing: Array(text.utf8))
    do {
      _ = try VerificationRule(json: value)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: VerificationScheme.allCases) func everySchemeIsReadAsItIsWritten(scheme: VerificationScheme) throws {
    var rule = VerificationRule(scheme)
    if scheme == .hmac || scheme == .apiKey { rule.header = "X-Key" }
    if scheme.isTimed { rule.toleranceSeconds = 60 }
    if scheme == .hmac { (rule.timestampHeader, rule.template) = ("X-Time", "{timestamp}.{body}") }
    #expect(try VerificationRule(json: rule.json) == rule)
  }

  @Test func aRuleOfItsOwnIsReadWhole() throws {
    let text = """
      {"scheme":"hmac","tolerance_secs":9,"header":"X-Sig","algorithm":"sha1","encoding":"base64","prefix":"v=",\
      "template":"{timestamp}.{id}.{body}","timestamp_header":"X-Time","id_header":"X-Id"}
      """
    let rule = try rule(text)
    #expect(rule.algorithm == .sha1)
    #expect(rule.encoding == .base64)
    #expect(rule.template == "{timestamp}.{id}.{body}")
    #expect(String(decoding: rule.json.bytes, as: UTF8.self) == text)
  }

  @Test(arguments: [
    ("[]", ""), (#"{}"#, "scheme"), (#"{"scheme":"git"}"#, "scheme"), (#"{"scheme":"github","secret":"x"}"#, "secret"),
    (#"{"scheme":"github","header":"X-A"}"#, "header"), (#"{"scheme":"github","tolerance_secs":5}"#, "tolerance_secs"),
    (#"{"scheme":"stripe","tolerance_secs":0}"#, "tolerance_secs"), (#"{"scheme":"hmac"}"#, "header"),
    (#"{"scheme":"api-key"}"#, "header"), (#"{"scheme":"api-key","header":"X A"}"#, "header"),
    (#"{"scheme":"hmac","header":"X-A","algorithm":"md5"}"#, "algorithm"),
    (#"{"scheme":"hmac","header":"X-A","template":"{timestamp}"}"#, "template"),
    (#"{"scheme":"hmac","header":"X-A","template":"{body}{"}"#, "template"),
    (#"{"scheme":"hmac","header":"X-A","template":"{body}{query}"}"#, "template"),
    (#"{"scheme":"hmac","header":"X-A","template":"{timestamp}{body}"}"#, "timestamp_header"),
    (#"{"scheme":"hmac","header":"X-A","template":"{id}{body}"}"#, "id_header"),
    (#"{"scheme":"hmac","header":"X-A","tolerance_secs":9}"#, "timestamp_header"),
    (#"{"scheme":"hmac","header":"X-A","timestamp_header":"X-B"}"#, "template"),
    (#"{"scheme":"hmac","header":"X-A","id_header":"X-B","template":"{timestamp}{body}","timestamp_header":"X-C"}"#, "template"),
  ])
  func aProblemNamesTheMember(text: String, path: String) throws {
    #expect(try problem(text)?.path == path)
  }

  @Test func aPresetIsReadAsItIsWritten() throws {
    let preset = SourcePreset(
      verify: VerificationRule(.github), dedupe: DedupeRule(.header("X-Id"), windowSeconds: 9), methods: ["POST", "PUT"],
      openMethods: ["OPTIONS"])
    #expect(try SourcePreset(json: preset.json) == preset)
    #expect(try SourcePreset(json: ["verify": ["scheme": "slack"]]) == SourcePreset(verify: VerificationRule(.slack)))
  }

  @Test(arguments: [
    (#"{}"#, "verify"), (#"{"verify":{"scheme":"x"}}"#, "verify.scheme"),
    (#"{"verify":{"scheme":"rem"},"dedupe":{"header":"A","path":"b"}}"#, "dedupe.path"),
    (#"{"verify":{"scheme":"rem"},"dedupe":{}}"#, "dedupe"), (#"{"verify":{"scheme":"rem"},"dedupe":{"path":"a..b"}}"#, "dedupe.path"),
    (#"{"verify":{"scheme":"rem"},"methods":["POST","trace"]}"#, "methods[1]"),
    (#"{"verify":{"scheme":"rem"},"methods":[]}"#, "methods"),
  ])
  func aProblemOfAPresetNamesTheMember(text: String, path: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    do {
      _ = try SourcePreset(json: value)
      Issue.record("expected a problem")
    } catch {
      #expect(error.path == path)
    }
  }

  @Test(arguments: [
    (#"{"data":{"id":"a"}}"#, "a"), (#"{"data":{"id":9007199254740993}}"#, "9007199254740993"), (#"{"data":{"id":""}}"#, nil),
    (#"{"data":{"id":null}}"#, nil), (#"{"data":[]}"#, nil), (#"{"data":"id"}"#, nil), ("", nil), ("{", nil),
  ])
  func anIdIsFoundByItsPath(body: String, id: String?) {
    #expect(DedupeRule(.path("data.id")).id(of: InboundRequest(body: Array(body.utf8))) == id)
  }

  @Test func anIdIsFoundInAHeaderWhateverItsCase() {
    let request = InboundRequest(headers: [HeaderField("x-delivery", "7"), HeaderField("X-Empty", "")])
    #expect(DedupeRule(.header("X-Delivery")).id(of: request) == "7")
    #expect(DedupeRule(.header("X-Empty")).id(of: request) == nil)
    #expect(DedupeRule(.header("X-None")).id(of: request) == nil)
  }

  @Test func aRateLimitIsReadAsItIsWritten() throws {
    #expect(try RateLimit(json: ["count": 5]) == RateLimit(count: 5))
    let limit = RateLimit(count: 5, perSeconds: 60, burst: 2)
    #expect(try RateLimit(json: limit.json) == limit)
    #expect(throws: JSONProblem.self) { try RateLimit(json: ["per_secs": 5]) }
    #expect(throws: JSONProblem.self) { try RateLimit(json: ["count": 0]) }
  }
}
