import Testing
import TidehookCore

@Suite struct ShownRateTests {
  @Test(
    arguments: [
      (1000, .zero, nil), (1000, .milliseconds(999), nil), (1000, .seconds(1), 1000), (1000, .milliseconds(1500), 666), (0, .seconds(5), 0),
      (.max, .seconds(1), nil), (1, .seconds(-5), nil),
    ] as [(Int, Duration, Int?)])
  func aRateIsKnownAfterASecond(count: Int, time: Duration, rate: Int?) {
    #expect(time.shownRate(of: count) == rate)
  }
}
