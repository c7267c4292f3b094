import Testing
import TidehookCore
import TidehookTesting

/// Where a stream stands that began ahead of the reading for all.
@Suite struct TailPositionTests {
  private let event = StoreSamples().event().event
  private var key: Int64 { event.key.key }

  private func tailed(at position: TailPosition) -> TailEvent {
    TailEvent(event: event, position: position, note: position.note, readers: [0])
  }

  @Test func whatAStreamBeganWithIsSeenAfterALateEvent() {
    let late = tailed(at: TailPosition(key: key + 5, note: 2, count: 1))
    let told = TailPosition(key: key + 9, note: 1, count: 1).following([late, late])
    #expect(told.map(\.position) == [TailPosition(key: key + 9, note: 2, count: 1), TailPosition(key: key + 9, note: 2, count: 1)])
  }

  @Test func whatIsStillToBeToldIsNotSeen() {
    // The second one's key is between the reading's beginning and the stream's: who resumes after the first must find it by its key.
    let late = tailed(at: TailPosition(key: key - 1, note: 3, count: 1))
    let between = tailed(at: TailPosition(key: key, note: 3, count: 2))
    let told = TailPosition(key: key + 9, note: 1, count: 1).following([late, between])
    #expect(told.map(\.position) == [TailPosition(key: key - 1, note: 3, count: 1), TailPosition(key: key + 9, note: 3, count: 2)])
  }

  @Test func whatIsAheadStandsWhereItStands() {
    let ahead = tailed(at: TailPosition(key: key, note: 1, count: 1))
    #expect(TailPosition(key: key - 1, note: 1, count: 1).following([ahead]).map(\.position) == [ahead.position])
  }

  @Test func aPositionOfTheFutureIsTheEnd() {
    let end = TailPosition(key: 7, note: 3, count: 2)
    for beyond in [
      TailPosition(key: 8, note: 4), TailPosition(key: .max, note: .max, count: .max), TailPosition(key: 7, note: 3, count: 3),
    ] {
      #expect(beyond.limited(to: end) == end)
    }
    #expect(TailPosition(key: 8, note: 2, count: 9).limited(to: end) == TailPosition(key: 7, note: 2, count: 9))
    #expect(TailPosition(key: 6, note: 3, count: 1).limited(to: end) == TailPosition(key: 6, note: 3, count: 1))
  }
}
