import Testing
import TidehookCore

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("2026-04-13T10:30:00Z", 1_776_076_200_000_000), ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
      ("2025-02-18T22:59:56.804993-08:00", 1_739_948_396_804_993), ("2024-02-29t12:00:00.5z", 1_709_208_000_500_000),
      ("2026-12-31T23:59:60Z", 1_798_761_600_000_000), ("2026-04-13T10:30:00.1234567Z", 1_776_076_200_123_456),
    ] as [(String, Int64)])
  func rfc3339IsRead(_ text: String, _ microseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
  }

  @Test(arguments: [
    "", "2026-04-13", "2026-04-13T10:30Z", "2026-04-13T10:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-13T24:00:00Z",
    "2026-04-13T10:30:00.Z", "2026-04-13T10:30:00+0800", "2026-04-13T10:30:00Zx", " 2026-04-13T10:30:00Z", "2026-04-31T00:00:00Z",
  ])
  func otherTextIsNoTime(_ text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test(arguments: [0, 1_776_076_200_123_000, -1_000, 951_782_400_000_000, 4_102_444_799_999_000] as [Int64])
  func textReadsBackAsTheSameTime(_ microseconds: Int64) {
    let time = Timestamp(microseconds: microseconds)
    #expect(Timestamp(rfc3339: time.rfc3339) == time)
  }

  @Test func textHasJavaScriptsForm() {
    #expect(Timestamp(microseconds: 1_776_076_200_007_999).rfc3339 == "2026-04-13T10:30:00.007Z")
  }

  private let now = Timestamp(microseconds: 1_776_076_200_000_000)  // 2026

  @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
  func everyFormOfAnHTTPDateIsRead(text: String) {
    #expect(Timestamp(httpDate: text, now: now)?.rfc3339 == "1994-11-06T08:49:37.000Z")
  }

  @Test(arguments: [
    ("Sunday, 29-Nov-26 07:06:27 GMT", "2026-11-29T07:06:27.000Z"), ("Friday, 29-Nov-76 07:06:27 GMT", "2076-11-29T07:06:27.000Z"),
    ("Tuesday, 29-Nov-77 07:06:27 GMT", "1977-11-29T07:06:27.000Z"), ("Sun Nov 29 07:06:27 2026", "2026-11-29T07:06:27.000Z"),
  ])
  func aYearOfTwoDigitsIsAtMostFiftyYearsAhead(text: String, wanted: String) {
    #expect(Timestamp(httpDate: text, now: now)?.rfc3339 == wanted)
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06-Nov-+4 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun Nov  6 08:49:37 94", "Sun Xyz  6 08:49:37 1994",
    "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun Nov  6 8:49:37 1994", "soon", "", "     ",
  ])
  func whatIsNoHTTPDateIsNotRead(text: String) {
    #expect(Timestamp(httpDate: text, now: now) == nil)
  }
}
