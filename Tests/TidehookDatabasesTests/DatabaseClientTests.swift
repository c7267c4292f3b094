import Testing
import TidehookCore
import TidehookDatabases

@Suite struct DatabaseClientTests {
  /// Holds the file's write lock while `body` runs.
  private func whileLocked(_ fixture: SQLiteFixture, _ body: () async throws -> Void) async throws {
    let lock = FileLock(path: fixture.path())
    try await lock.take()
    defer { lock.release() }
    try await body()
  }

  @Test func aLockedFileIsAFailureOnceTheTimeIsUp() async throws {
    let fixture = try SQLiteFixture()
    try await whileLocked(fixture) {
      let outcome = try await fixture.send(memory(), timeout: .milliseconds(200))
      let isInTime = outcome.isFailure(.timeout, containing: "200 ms") || outcome.isFailure(.database, containing: "locked")
      #expect(isInTime, "\(outcome)")
    }
    // The late write may have got the lock when the test let go of it: then this one has nothing left to do.
    let next = try await fixture.send(memory(), timeout: .seconds(60))
    #expect([.done(upserted: 1, deleted: 0, ignored: 0), .done(upserted: 0, deleted: 0, ignored: 1)].contains(next), "\(next)")
    #expect(try fixture.rows("SELECT count(*) FROM memories") == ["1"])
  }

  @Test func whoWaitsBehindALockedFileIsAnsweredInTime() async throws {
    let fixture = try SQLiteFixture()
    try await whileLocked(fixture) {
      async let first = fixture.send(memory("a"), key: 1, timeout: .seconds(20))
      let second = try await fixture.send(memory("b"), key: 2, timeout: .milliseconds(100))
      #expect(second.isFailure(.timeout, containing: "100 ms") || second.isFailure(.database, containing: "locked"), "\(second)")
      fixture.client.cancelAll()
      let outcome = try await first
      #expect(outcome == .cancelled)
    }
  }

  @Test func aClosedClientCancels() async throws {
    let fixture = try SQLiteFixture()
    fixture.client.cancelAll()
    #expect(try await fixture.send(memory()) == .cancelled)
    #expect(try fixture.rows("SELECT count(*) FROM memories") == ["0"])
  }

  @Test func aCancelledTaskIsNoAttempt() async throws {
    let fixture = try SQLiteFixture()
    try await whileLocked(fixture) {
      let task = Task { try await fixture.send(memory(), timeout: .seconds(20)) }
      task.cancel()
      let outcome = try await task.value
      #expect(outcome == .cancelled)
    }
  }
}
