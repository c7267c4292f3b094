import Testing
import TidehookCore

@Suite struct TailPaceTests {
  @Test func afterABurstEverythingThatFitsIsShownAgainAtOnce() {
    var pace = TailPace()
    #expect(pace.read(101) == TailPace.Share(count: 100, isCut: true))
    // Sixty a second.
    for _ in 0..<20 { #expect(pace.read(15) == TailPace.Share(count: 15, isCut: false)) }
  }

  @Test func aThousandASecondAreShownAsFortyOnceASecond() {
    var pace = TailPace()
    #expect(pace.read(250) == TailPace.Share(count: 100, isCut: true))
    for _ in 0..<5 {
      for _ in 0..<3 { #expect(pace.read(250) == TailPace.Share(count: 0, isCut: false)) }
      #expect(pace.read(250) == TailPace.Share(count: 40, isCut: true))
    }
  }

  @Test func whatWasLeftOutOfAPauseIsToldWithWhatComesThen() {
    var pace = TailPace()
    _ = pace.read(250)
    #expect(pace.read(250) == TailPace.Share(count: 0, isCut: false))
    #expect(pace.read(0) == TailPace.Share(count: 0, isCut: true))
    #expect(pace.read(0) == TailPace.Share(count: 0, isCut: false))
  }

  @Test func aBusyShareEndsAtItsBytes() {
    var pace = TailPace()
    for _ in 0..<4 { _ = pace.share(of: [300 << 10, 200 << 10, 100 << 10], isCut: true) }
    #expect(pace.share(of: [300 << 10, 200 << 10, 100 << 10], isCut: true) == TailPace.Share(count: 2, isCut: true))
  }

  @Test func rowsThatNobodyLookedAtMakeNobodyBusy() {
    var pace = TailPace()
    for _ in 0..<3 { #expect(pace.share(of: [1, 2], isCut: true) == TailPace.Share(count: 2, isCut: true)) }
    #expect(pace.read(100) == TailPace.Share(count: 100, isCut: false))
  }

  @Test func fourReadingsASecondLookAtMoreThanTheFastestPublishingWrites() {
    #expect(TailPace.usual.rows * 4 > 54_000)
  }
}

extension TailPace {
  /// A reading that brought so many events of ten bytes, of which at most a hundred were found.
  fileprivate mutating func read(_ count: Int) -> Share {
    share(of: Array(repeating: 10, count: min(count, 100)), isCut: count > 100)
  }
}
