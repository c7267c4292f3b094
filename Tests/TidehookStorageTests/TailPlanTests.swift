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
      "SEARCH late_events USING INTEGER PRIMARY KEY (rowid>?)",
    ]
    // Both scans end with their first row, the last of their table.
    #expect(Set(steps) == expected, "\(steps)")
  }

  @Test func notesAreKeptAsLongAsNeitherTheyNorTheirKeysAreTooMany() {
    var kept = KeptNotes()
    for number in 1...Int64(KeptNotes.maximumNotes) { kept.add(number, keys: 1) }
    #expect(kept.forgotten == 0)
    kept.add(Int64(KeptNotes.maximumNotes) + 1, keys: 1)
    #expect(kept.forgotten == 1)
    kept.add(Int64(KeptNotes.maximumNotes) + 2, keys: KeptNotes.maximumKeys - 10)
    #expect(kept.forgotten == Int64(KeptNotes.maximumNotes) - 9, "ten with a key each are left beside it")
    kept.add(Int64(KeptNotes.maximumNotes) + 3, keys: KeptNotes.maximumKeys + 1)
    #expect(kept.forgotten == Int64(KeptNotes.maximumNotes) + 2, "the last is kept, however large it is")
  }

  @Test func aNoteThatWasNotCommittedIsNotCounted() {
    var kept = KeptNotes()
    for _ in 0..<3 { kept.add(1, keys: KeptNotes.maximumKeys) }
    #expect(kept.forgotten == 0)
  }

  @Test func whoGoesOnBeforeTheNotesThatAreKeptIsToldThatSomethingIsMissing() async throws {
    let store = try fixture.open()
    let all = (0..<6).map { _ in samples.event() }
    _ = try await store.append([all[5]])
    let start = try await store.tailEnd()
    _ = try await store.append([all[0], all[1]])
    let middle = try await store.tailEnd()
    _ = try await store.append([all[2]])
    try await store.close()
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    try database.withWriter { _ = try $0.execute(SQLStatement("DELETE FROM late_events WHERE number = 1"), []) }
    try database.close()
    let again = try fixture.open()
    let missing = try await again.tail(after: start, for: [{ _, _ in true }], limits: TailLimits())
    #expect(missing.cut == [0])
    let rest = try await again.tail(after: middle, for: [{ _, _ in true }], limits: TailLimits())
    #expect(rest.cut.isEmpty && rest.events.map(\.event.id) == [all[2].event.id])
    _ = try await again.append([all[3]])
    #expect(try await again.tailEnd().note == 3)
    try await again.close()
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
