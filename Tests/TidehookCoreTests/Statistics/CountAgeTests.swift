import Testing
import TidehookCore

@Suite struct CountAgeTests {
  @Test(arguments: [
    (1, 0, CountAge.good), (1, 19, .good), (1, 20, .old), (0, 0, .old),
    (50, 999, .good), (50, 1000, .old), (51, 1019, .good), (51, 1020, .bearable), (51, 59_999, .bearable), (51, 60_000, .old),
    (4000, 79_999, .good), (4000, 80_000, .bearable), (4000, 160_000, .old),
  ])
  func whatTakesLongIsToldOfForLonger(took: Int, age: Int, expected: CountAge) {
    #expect(CountAge(took: .milliseconds(took), age: .milliseconds(age)) == expected)
  }
}
