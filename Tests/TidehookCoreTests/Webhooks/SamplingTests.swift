import Testing
import TidehookCore

@Suite struct SamplingTests {
  let ids = (0..<100_000).map { EventID(stored: "order-\($0)") }

  @Test(
    "the points that docs/delivery.md promises",
    arguments: [
      ("evt_1", 0.9269430111436616), ("evt_abc123", 0.5653613015283144), ("order-1", 0.2855721819750586),
      ("evt_00000000000000000000000001", 0.29701072759094294), ("mem:42", 0.9750658809712459),
    ])
  func anIdHasItsPointForEver(id: String, point: Double) {
    #expect(Sampling.point(of: EventID(stored: id)) == point)
    #expect(!Sampling.takes(EventID(stored: id), rate: point))
    #expect(Sampling.takes(EventID(stored: id), rate: point.nextUp))
  }

  @Test(arguments: [0.001, 0.01, 0.1, 0.5, 0.9])
  func aRateTakesItsShare(rate: Double) {
    let count = Double(ids.count { Sampling.takes($0, rate: rate) })
    let expected = rate * Double(ids.count)
    #expect(abs(count - expected) < 5 * (expected * (1 - rate)).squareRoot())
  }

  @Test func timeOrderedIdsAreSpreadEvenly() {
    let made = IDGenerator(time: SystemTime(), random: SystemRandom())
    var counts = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 { counts[Int(Sampling.point(of: EventID(made.next())) * 10)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 }, "\(counts)")
  }

  @Test func aHigherRateTakesAllThatALowerOneTook() {
    for id in ids.prefix(10_000) where Sampling.takes(id, rate: 0.1) { #expect(Sampling.takes(id, rate: 0.2)) }
  }

  @Test(arguments: [nil, 1.0]) func allIsAll(rate: Double?) {
    #expect(ids.allSatisfy { Sampling.takes($0, rate: rate) })
  }
}
