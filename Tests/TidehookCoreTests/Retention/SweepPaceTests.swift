import Testing
import TidehookCore

@Suite struct SweepPaceTests {
  @Test func itIsFasterWithEachLookThatFindsItFurtherBehindAndKeepsTheLevelThatCatchesUp() {
    var pace = SweepPace()
    #expect(pace.patience == 40 && pace.rows == 200)
    pace.note(excess: 5)
    #expect(pace.level == 0, "one look says nothing of where it goes")
    pace.note(excess: 5)
    pace.note(excess: 9)
    #expect(pace.level == 2 && pace.patience == 10)
    pace.note(excess: 8)
    pace.note(excess: 1)
    #expect(pace.level == 2)
    pace.note(excess: 0)
    pace.beginSweep()
    #expect(pace.level == 2, "the sweep before was behind")
    for level in [1, 0, 0] {
      pace.note(excess: -7)
      pace.beginSweep()
      #expect(pace.level == level)
    }
  }

  @Test func itWaitsLessAtFirstAndRemovesMoreThen() {
    var pace = SweepPace()
    var seen = [[pace.patience, pace.rows]]
    for excess in 0..<20 as Range<Int64> {
      pace.note(excess: 1 + excess)
      if pace.level > seen.count - 1 { seen.append([pace.patience, pace.rows]) }
    }
    #expect(
      seen == [
        [40, 200], [20, 200], [10, 200], [5, 200], [2, 200], [1, 200], [0, 200], [0, 400], [0, 800], [0, 1600], [0, 3200],
      ])
  }

  @Test func otherEventsAreNotComparedWithThoseBefore() {
    var pace = SweepPace()
    pace.note(excess: 1)
    pace.beginOthers()
    pace.note(excess: 9)
    #expect(pace.level == 0)
  }

  @Test func itIsNeverSlowerThanItMay() {
    var pace = SweepPace(slowest: 4)
    #expect(pace.patience == 2)
    pace.beginSweep()
    #expect(pace.level == 4)
    #expect(SweepPace(slowest: 99).level == SweepPace.fastest)
  }

  /// A flood that never pauses: so many events come with each transaction of the writer, and are due some time later.
  @Test(arguments: [1, 5, 20, 60, 66, 67, 200, 500, 1000]) func whatIsAcceptedIsOutpaced(perTransaction count: Int) {
    var pace = SweepPace()
    var (backlog, most, sum) = (0, 0, 0)
    // In time while no more is left than came within 200 transactions.
    let slack = 200 * count
    for step in 0..<20_000 {
      if step.isMultiple(of: 50) { pace.beginSweep() }
      // A step is a part of one transaction; while it rests, others are made, one in each pause.
      backlog += count * (1 + pace.patience)
      backlog = max(0, backlog - pace.rows / 3)
      pace.note(excess: Int64(backlog - slack))
      most = max(most, backlog)
      if step >= 19_000 { sum += backlog }
    }
    #expect(most <= 2 * slack + 2000, "\(most)")
    #expect(sum / 1000 <= slack + slack / 2, "\(sum / 1000)")
  }
}
