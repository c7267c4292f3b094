import Testing
import TidehookCore

@Suite struct CountAgeTests {
  @Test(arguments: [
    (1, 0, CountAge.good), (1, 19, .good), (1, 20, .old), (0, 0, .old),
    (50, 999, .good), (50, 1000, .old), (51, 1019, .good), (51, 1020, .bearable), (51, 59_999, .bearable), (51, 60_000, .old),
    (4000, 79_999, .good), (4000, 80_000, .bearable), (4000, 160_000, .old),
  ])
  func whatTakesLongIsToldOfForLonger(took: Int, age: Int, expected: CountAge) {
    #expect(CountAge(of: 10_001, took: .milliseconds(took), age: .milliseconds(age)) == expected)
  }

  @Test(arguments: [(0, 0), (51, 0), (4000, 1)])
  func whatIsFewIsCountedEveryTime(took: Int, age: Int) {
    for counted in [0, 10_000] { #expect(CountAge(of: counted, took: .milliseconds(took), age: .milliseconds(age)) == .old) }
  }
}
