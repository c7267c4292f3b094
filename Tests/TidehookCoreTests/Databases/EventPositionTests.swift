import Testing
import TidehookCore

@Suite struct EventPositionTests {
  private static let accepted = Timestamp(microseconds: 1_776_076_200_000_000)

  private func position(at time: Timestamp) -> EventPosition {
    let key = TimeOrderedID(key: 7, entropy: 0)
    return EventPosition(
      of: Event(
        key: key, id: EventID(stored: "zz1"), type: EventType(stored: "memory.created"), namespace: .default, timestamp: time,
        acceptedAt: Self.accepted, payload: []))
  }

  @Test(arguments: [-1_000_000_000, -1, 0, 299, 300])
  func anEventStandsAtItsOwnTimeAndHasItsOwnKey(_ seconds: Int) {
    let time = Self.accepted + .seconds(seconds)
    #expect(position(at: time) == EventPosition(time: time, key: TimeOrderedID(key: 7, entropy: 0)))
  }

  @Test(arguments: [Duration.seconds(301), .seconds(250_000_000_000)])
  func aTimeFarAheadCountsAsFiveMinutesAhead(_ ahead: Duration) {
    #expect(position(at: Self.accepted + ahead).time == Self.accepted + .seconds(300))
  }
}
