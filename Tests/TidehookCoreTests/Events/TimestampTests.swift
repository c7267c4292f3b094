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

  @Test func httpDatesAreRead() {
    #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT")?.microseconds == 784_111_777_000_000)
    #expect(Timestamp(httpDate: "Sun, 06 Nov 1994 08:49:37") == nil)
    #expect(Timestamp(httpDate: "soon") == nil)
  }
}
