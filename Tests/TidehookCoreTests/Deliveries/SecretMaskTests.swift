import Testing
import TidehookCore

@Suite struct SecretMaskTests {
  private func mask(_ secrets: String...) throws -> SecretMask {
    try #require(SecretMask(secrets.map { Array($0.utf8) }))
  }

  @Test func nothingToHideNeedsNoMask() {
    #expect(SecretMask([]) == nil)
    #expect(SecretMask([[]]) == nil)
  }

  @Test(arguments: [
    ("https://example.com/bot12:ab/send", "https://example.com/bot<secret>/send"),
    ("12:ab12:ab 12:a ", "<secret><secret> 12:a "),
    ("", ""), ("12:", "12:"), ("é12:abé", "é<secret>é"),
  ])
  func aSecretIsHiddenWhereverItStands(text: String, shown: String) throws {
    #expect(try mask("12:ab").hiding(text) == shown)
  }

  @Test func noPartOfALongerSecretIsLeft() throws {
    #expect(try mask("abcd", "abcdefgh").hiding("abcdefgh abcd") == "<secret> <secret>")
  }

  @Test(arguments: [("x abcdef", "x <secret>"), ("x abc", "x abc"), ("ababcd", "ab<secret>"), ("abcdef ", "abcdef ")])
  func whereATextWasCutTheBeginningOfASecretIsHiddenToo(text: String, shown: String) throws {
    #expect(try mask("abcdefgh").hiding(text) == shown)
  }

  /// The secret nearly matches everywhere: comparing it at each byte would take hours.
  @Test func aLongSecretCostsNoMoreThanAShortOne() throws {
    let secret = String(repeating: "a", count: 100_000)
    let text = String(repeating: "a", count: 4_000_000)
    #expect(try mask(secret + "b").hiding(text + "!") == text + "!")
  }

  @Test func allOfAnAttemptIsCovered() throws {
    let mask = try mask("s3cret")
    var attempt = Attempt(
      id: AttemptID(TimeOrderedID(key: 1, entropy: 1)), number: 1, trigger: .first, revision: 1, startedAt: Timestamp(microseconds: 0),
      durationMicroseconds: 0, failure: AttemptFailure(.script, "s3cret is bad"),
      request: SentRequest(
        method: "POST", url: "https://example.com/s3cret",
        headers: [HeaderField("X-Bot", "Bearer s3cret"), HeaderField("Authorization", "other")], body: Array("s3cret".utf8)),
      response: ReceivedResponse(status: 400, headers: [HeaderField("X-Echo", "s3cret")], body: Array("no s3cret".utf8)), log: "s3cret\n")
    attempt.hide(mask)
    let shown = "\(attempt)"
    #expect(!shown.contains("s3cret"))
    #expect(attempt.request?.headers == [HeaderField("X-Bot", "Bearer <secret>"), HeaderField("Authorization", "<secret>")])
    #expect(attempt.request?.body == Array("<secret>".utf8))
    #expect(attempt.response?.body == Array("no <secret>".utf8))
  }
}
