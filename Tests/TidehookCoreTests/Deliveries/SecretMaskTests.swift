import Testing
import TidehookCore

@Suite struct SecretMaskTests {
  @Test func nothingToHideNeedsNoMask() {
    #expect(SecretMask([]) == nil)
    #expect(SecretMask(["", "abc"]) == nil)
  }

  @Test(arguments: [
    ("https://example.com/bot12:ab/send", "https://example.com/bot<secret>/send"),
    ("https://example.com/?t=12%3Aab", "https://example.com/?t=<secret>"),
    ("12:ab12:ab 12:a", "<secret><secret> 12:a"),
    ("", ""), ("12:a", "12:a"), ("é12:abé", "é<secret>é"),
  ])
  func aSecretIsHiddenWhereverItStands(text: String, shown: String) throws {
    #expect(try #require(SecretMask(["12:ab"])).hiding(text) == shown)
  }

  @Test func aSecretIsHiddenAsJSONWritesIt() throws {
    let mask = try #require(SecretMask([#"a"b\c"#]))
    #expect(mask.hiding(#"{"key":"a\"b\\c"}"#) == #"{"key":"<secret>"}"#)
  }

  @Test func noPartOfALongerSecretIsLeft() throws {
    let mask = try #require(SecretMask(["abcd", "abcdefgh"]))
    #expect(mask.hiding("abcdefgh abcd") == "<secret> <secret>")
  }

  @Test func allOfAnAttemptIsCovered() throws {
    let mask = try #require(SecretMask(["s3cret"]))
    var attempt = Attempt(
      id: AttemptID(TimeOrderedID(key: 1, entropy: 1)), number: 1, trigger: .first, revision: 1, startedAt: Timestamp(microseconds: 0),
      durationMicroseconds: 0, failure: AttemptFailure(.script, "s3cret is bad"),
      request: SentRequest(
        method: "POST", url: "https://example.com/s3cret", headers: [HeaderField("X-Key", "Bearer s3cret")], body: Array("s3cret".utf8)),
      response: ReceivedResponse(status: 400, headers: [HeaderField("X-Echo", "s3cret")], body: Array("no s3cret".utf8)), log: "s3cret\n")
    attempt.hide(mask)
    let shown = "\(attempt)"
    #expect(!shown.contains("s3cret"))
    #expect(attempt.request?.body == Array("<secret>".utf8))
    #expect(attempt.response?.body == Array("no <secret>".utf8))
  }
}
