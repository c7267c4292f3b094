// What following events costs: both tables are read by their keys, and nothing else is.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct TailPlanTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  @Test func theTailIsReadByKeyAlone() async throws {
    let (late, event) = (samples.event(), samples.event())
    let steps = try await fixture.plans { store in
      _ = try await store.append([event])
      let end = try await store.tailEnd()
      _ = try await store.append([late])
      let page = try await store.tail(after: end, for: [{ _, _ in true }], limits: TailLimits())
      #expect(page.events.map(\.event.id) == [late.event.id])
    }
    let expected: Set = [
      "SCAN events", "SCAN late_events", "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)", "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
      "SEARCH late_events USING INTEGER PRIMARY KEY (rowid>?)", "SEARCH late_events USING INTEGER PRIMARY KEY (rowid<?)",
    ]
    // Both scans end with their first row, the last of their table.
    #expect(Set(steps) == expected, "\(steps)")
  }

  @Test func eventsInOrderNoteNothing() async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    for _ in 0..<5 { _ = try await store.append((0..<3).map { _ in samples.event() }) }
    #expect(!faults.statements.contains { $0.contains("INSERT INTO late_events") })
    try await store.close()
  }

  @Test func eachEventOfAWriteThatIsLateIsNotedOnce() async throws {
    let store = try fixture.open()
    let all = (0..<10).map { _ in samples.event() }
    _ = try await store.append([all[9]])
    _ = try await store.append(all[0...8].reversed())
    let page = try await store.tail(after: TailPosition(key: all[9].event.key.key), for: [{ _, _ in true }], limits: TailLimits())
    #expect(page.events.map(\.event.id) == all[0...8].map(\.event.id))
    #expect(page.end == TailPosition(key: all[9].event.key.key, note: 1, count: 9) && page.cut.isEmpty)
    try await store.close()
  }
}
