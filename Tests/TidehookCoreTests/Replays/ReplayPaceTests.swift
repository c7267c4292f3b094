import Testing
import TidehookCore

@Suite struct ReplayPaceTests {
  private let start = Timestamp(microseconds: 1_775_000_000_000_000)

  @Test(arguments: [(1, 1), (9, 1), (50, 5), (100, 10), (1000, 100), (10_000, 100)])
  func aBatchIsATenthOfASecondAndBounded(rate: Int, batch: Int) {
    #expect(ReplayPace(rate: rate).batch == batch)
  }

  @Test(arguments: [1, 7, 100, 10_000])
  func noSecondHasMoreThanTheRate(rate: Int) {
    var pace = ReplayPace(rate: rate)
    var now = start
    var made = 0
    while now < start + .seconds(10) {
      if let due = pace.wait(at: now) {
        now = due
        continue
      }
      made += pace.batch
      pace.spend(pace.batch, at: now)
    }
    #expect(made >= rate * 10 && made <= rate * 10 + pace.batch)
  }

  @Test func timeThatWasNotUsedIsNotCaughtUp() {
    var pace = ReplayPace(rate: 10)
    pace.spend(1, at: start)
    pace.spend(1, at: start + .seconds(60))
    #expect(pace.wait(at: start + .seconds(60)) == start + .milliseconds(60_100))
  }

  @Test func aClockThatWasSetBackDelaysByOneBatch() {
    var pace = ReplayPace(rate: 10)
    pace.spend(1, at: start + .seconds(3600))
    #expect(pace.wait(at: start) == start + .milliseconds(100))
  }
}
