// Room that is not needed any more is given back, while the store is open and while it is not.

import Glibc
import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct ShrinkTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  private var fileBytes: Int {
    var facts = stat()
    return stat(fixture.folder + "/tidehook.db", &facts) == 0 ? Int(facts.st_size) : 0
  }

  private func fill(_ store: SQLStore) async throws {
    let data = "{\"x\":\"" + String(repeating: "x", count: 20_000) + "\"}"
    for _ in 0..<10 { _ = try await store.append((0..<50).map { _ in samples.event(data: data) }) }
  }

  private func removeAll(_ store: SQLStore) async throws {
    while true {
      let events = try await store.oldestEvents(in: nil, after: .min, accepted: nil, limit: 500)
      guard !events.isEmpty else { return }
      _ = try await store.settle(events, at: samples.now) { _ in .remove }
    }
  }

  @Test func theFileGetsSmallerInSmallSteps() async throws {
    let store = try fixture.open()
    try await fill(store)
    let full = try #require(try await store.space())
    #expect(full.usedBytes > 10_000_000)
    try await removeAll(store)
    let empty = try #require(try await store.space())
    #expect(empty.pages == full.pages && empty.usedBytes < 1_000_000)
    var steps = 0
    while let space = try await store.space() {
      guard space.surplusPages > 0 else { break }
      try await store.shrink(pages: min(50, Int(space.surplusPages)))
      let after = try #require(try await store.space())
      // A page that only says where others are may go with them.
      #expect((1...52).contains(space.pages - after.pages))
      steps += 1
      guard steps < 1000 else { break }
    }
    #expect(steps > 20)
    // The file is cut when the log is written back.
    try await store.close()
    #expect(fileBytes < 2_500_000)
  }

  @Test func aCompactedDatabaseIsAsSmallAsItsContentAndCanShrinkFromThenOn() async throws {
    let before = try fixture.open()
    try await before.close()
    // As releases made it that could not give room back.
    try SQLiteFile.withConnection(path: fixture.folder + "/tidehook.db", busyTimeout: .seconds(1)) { connection throws(SQLFailure) in
      try connection.execute(SQLStatement(once: "PRAGMA auto_vacuum = NONE"), [])
      try connection.execute(SQLStatement(once: "VACUUM"), [])
    }

    let store = try fixture.open()
    try await fill(store)
    let kept = samples.event(data: #"{"x":"kept"}"#)
    _ = try await store.append([kept])
    #expect(throws: StoreError.self) { try SQLStore.compact(folder: fixture.folder) }
    let events = try await store.oldestEvents(in: nil, after: .min, accepted: nil, limit: 999)
    var left = events.filter { $0.key != kept.event.key.key }[...]
    while !left.isEmpty { left = left.dropFirst(try await store.settle(Array(left), at: samples.now) { _ in .remove }.settled) }
    let full = try #require(try await store.space()).pages
    try await store.shrink(pages: 50)
    #expect(try #require(try await store.space()).pages == full, "an old database cannot")
    try await store.close()

    let sizes = try SQLStore.compact(folder: fixture.folder)
    #expect(sizes.before > 10_000_000 && sizes.after < 1_000_000)
    #expect(Int(sizes.after) == fileBytes)
    let again = try fixture.open()
    #expect(try await again.event(kept.event.id)?.payload == kept.event.payload)
    try await fill(again)
    try await removeAll(again)
    let grown = try #require(try await again.space()).pages
    try await again.shrink(pages: 50)
    #expect(try #require(try await again.space()).pages == grown - 50)
    try await again.close()
  }

  @Test func aFolderWithoutDatabaseIsLeftAlone() {
    #expect(throws: StoreError.self) { try SQLStore.compact(folder: fixture.folder) }
    #expect(access(fixture.folder, F_OK) != 0)
  }
}
