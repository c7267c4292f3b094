import Testing
import TidehookCore

@Suite struct TailSharesTests {
  private let everything: TailFilter = { _, _ in true }
  private let rare: TailFilter = { type, _ in type.name == "rare" }

  private func type(_ name: String) -> EventType { EventType(stored: name) }

  @Test func eachReaderHasItsOwnShare() {
    var shares = TailShares([everything, rare], TailLimits(events: 2, bytes: 100))
    for _ in 0..<2 {
      #expect(shares.readers(of: type("a"), .default) == [0])
      shares.take(10, for: [0])
    }
    #expect(shares.readers(of: type("a"), .default) == [] && shares.cut == [0])
    #expect(shares.readers(of: type("rare"), .default) == [1] && !shares.isSpent)
  }

  @Test func theEventThatBringsTheBytesToTheLimitIsTheLast() {
    var shares = TailShares([everything], TailLimits(events: 9, bytes: 100))
    shares.take(99, for: [0])
    #expect(shares.readers(of: type("a"), .default) == [0])
    shares.take(Int.max, for: [0])
    #expect(shares.readers(of: type("a"), .default) == [] && shares.isSpent)
  }

  @Test func whoWasKeptFromAnEventGetsNoOlderOne() {
    var shares = TailShares([rare, everything], TailLimits(events: 1, bytes: 100))
    shares.take(1, for: [0, 1])
    #expect(shares.readers(of: type("a"), .default) == [] && shares.cut == [1])
    #expect(!shares.isSpent)
    #expect(shares.readers(of: type("rare"), .default) == [] && shares.isSpent)
  }

  @Test func whatNobodyLookedAtIsMissedByAll() {
    var shares = TailShares([everything, rare], TailLimits())
    shares.cutAll()
    #expect(shares.cut == [0, 1] && shares.isSpent && shares.readers(of: type("a"), .default) == [])
  }
}
