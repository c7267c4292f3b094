import Foundation
import Testing
import TidehookCore
import TidehookDatabases

@Suite struct SQLiteFilesTests {
  private static let create =
    #""create":[{"name":"memory_id","type":"text"},{"name":"content","type":"text"},{"name":"tags","type":"json"}]"#
  private static let creating = #"{"table":"memories","key":{"memory_id":"m1"},"values":{"content":"x"},\#(create)}"#

  @Test func nothingIsMadeThatWasNotAskedFor() async throws {
    let fixture = try SQLiteFixture(table: nil)
    #expect(try await fixture.send(memory()).isFailure(.database, containing: "there is no database mem.db"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder) == [])
  }

  @Test func createMakesFileAndTableOnce() async throws {
    let fixture = try SQLiteFixture(table: nil)
    #expect(try await fixture.send(Self.creating, at: 1, key: 1) == .done(upserted: 1, deleted: 0, ignored: 0))
    #expect(try await fixture.send(Self.creating, at: 2, key: 2) == .done(upserted: 1, deleted: 0, ignored: 0))
    #expect(try fixture.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1") == ["memories", "tidehook_rows"])
  }

  @Test func withoutAFolderEveryFileIsRefused() async throws {
    let fixture = try SQLiteFixture()
    let client = DatabaseClient(folder: nil) { (_) throws(AttemptFailure) in [] }
    #expect(Outcome(await client.send(try fixture.request(memory()))) == .failed(.blocked, "blocked: \(EgressPolicy.noFiles)"))
  }

  @Test func linksAndTheGatewaysOwnDatabaseAreRefused() async throws {
    let fixture = try SQLiteFixture()
    let files = FileManager.default
    try files.createSymbolicLink(atPath: fixture.path("link.db"), withDestinationPath: fixture.path())
    try files.createDirectory(atPath: fixture.path("folder.db"), withIntermediateDirectories: false)
    #expect(files.createFile(atPath: fixture.path("own.db"), contents: Data()))
    try files.linkItem(atPath: fixture.path("own.db"), toPath: fixture.path("hard.db"))
    for file in ["link.db", "folder.db", "own.db", "hard.db"] {
      #expect(try await fixture.send(memory(), file: file).isFailure(.blocked, containing: file), "\(file)")
    }
    #expect(try fixture.rows("SELECT count(*) FROM memories") == ["0"])
  }

  @Test func aFileThatIsNoDatabaseIsAFailedAttempt() async throws {
    let fixture = try SQLiteFixture(table: nil)
    try String(repeating: "no database ", count: 100).write(toFile: fixture.path(), atomically: false, encoding: .utf8)
    #expect(try await fixture.send(memory()).isFailure(.database, containing: "mem.db: "))
  }

  @Test func aReplacedFileIsNotMissed() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(), at: 1) == .done(upserted: 1, deleted: 0, ignored: 0))
    try FileManager.default.removeItem(atPath: fixture.path())
    try fixture.run("CREATE TABLE memories (memory_id text PRIMARY KEY, content text)")
    #expect(try await fixture.send(memory(), at: 1) == .done(upserted: 1, deleted: 0, ignored: 0))
    #expect(try fixture.rows("SELECT content FROM memories") == ["x"])
  }

  @Test func deliveriesOfOneFileWaitForEachOther() async throws {
    let fixture = try SQLiteFixture()
    let outcomes = try await withThrowingTaskGroup(of: Outcome.self) { group in
      for number in 0..<40 {
        group.addTask {
          // Each writes two rows that others write in the other order.
          let rows = number.isMultiple(of: 2) ? [memory("a"), memory("b")] : [memory("b"), memory("a")]
          return try await fixture.send("[\(rows.joined(separator: ","))]", at: Int64(number), key: Int64(number), timeout: .seconds(60))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.allSatisfy { if case .done = $0 { true } else { false } }, "\(outcomes)")
    let newest = TimeOrderedID(key: 39, entropy: 0).text
    #expect(try fixture.rows("SELECT event_key FROM tidehook_rows") == [newest, newest])
  }
}
