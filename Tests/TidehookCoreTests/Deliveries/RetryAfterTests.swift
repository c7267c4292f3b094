import Testing
import TidehookCore

@Suite struct RetryAfterTests {
  private let now = Timestamp(microseconds: 784_111_777_000_000)  // Sun, 06 Nov 1994 08:49:37 GMT

  @Test(arguments: [
    ("0", 0), ("120", 120), ("10000001", 10_000_000), ("99999999999999999999", 10_000_000), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
    ("Sunday, 06-Nov-94 08:50:37 GMT", 60), ("Sun Nov  6 08:50:37 1994", 60), ("Sun, 06 Nov 1994 08:48:37 GMT", 0),
    ("Sun, 06 Nov 9994 08:48:37 GMT", 10_000_000),
  ])
  func secondsAndDatesAreRead(text: String, seconds: Int) {
    #expect(RetryAfter.wait(text, at: now) == .seconds(seconds))
  }

  @Test(arguments: ["", "+5", "-5", "5.5", "5 s", "0x5", "\u{665}", "soon"])
  func anythingElseAsksForNothing(text: String) {
    #expect(RetryAfter.wait(text, at: now) == nil)
  }
}
