// A database that the first release made goes on with all that is in it.

import Glibc
import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct VersionOneTests {
  private let fixture = StoreFixture()
  private let now = Timestamp(microseconds: 1_775_000_000_000_000)

  /// The rows that the first release wrote for a webhook, changed once, and one event: delivered by hand at the second try.
  private static let rows = [
    #"""
    INSERT INTO webhooks VALUES (100, 1, 2, '{"name":"n","url":"https://example.com/hook","events":["*"],"namespace":null,"active":true,
      "pipeline":[{"script":"return {}"}],"signing":["rem"],"headers":[],"timeout_secs":15}', 'a secret', 1000000, 2000000, NULL)
    """#,
    #"""
    INSERT INTO webhook_revisions VALUES (100, 1, '{"name":"old","url":"https://example.com/hook","events":["*"],"namespace":null,
      "active":true,"pipeline":[],"signing":["rem"],"headers":[],"timeout_secs":15}', 1000000)
    """#,
    "INSERT INTO webhook_revisions SELECT key, revision, config, updated_at_us FROM webhooks",
    """
    INSERT INTO events VALUES (200, 2, 'evt_one', NULL, 'memory.created', 'default', 1000000, 1000000,
      CAST('{"id":"evt_one","event":"memory.created","timestamp":"x","data":{}}' AS BLOB))
    """,
    "INSERT INTO deliveries VALUES (300, 3, 200, 100, 2, NULL, 2, 1, 2, NULL, NULL, 1000000, 2000000)",
    "INSERT INTO deliveries VALUES (301, 3, 200, 100, 1, 'busy', 1, 0, 1, 1500000, 77, 1000000, 2000000)",
    "INSERT INTO deliveries VALUES (302, 3, 200, 100, 4, 'no', 1, 0, 1, NULL, NULL, 500000, 2000000)",
    """
    INSERT INTO attempts VALUES (399, 4, 302, 1, 0, 1, 1000000, 5, NULL, NULL, 1, 2, 'status', 'the receiver answered 500',
      'POST', 'https://example.com/hook', 'X-A: 1' || char(10), NULL, 500, '', CAST('no' AS BLOB), 0, NULL)
    """,
    """
    INSERT INTO attempts VALUES (400, 4, 300, 1, 0, 1, 1000000, 5, NULL, NULL, 1, 2, 'status', 'the receiver answered 500',
      'POST', 'https://example.com/hook', 'X-A: 1' || char(10), NULL, 500, '', CAST('no' AS BLOB), 0, NULL)
    """,
    """
    INSERT INTO attempts VALUES (401, 4, 300, 2, 2, 2, 2000000, 5, NULL, NULL, 1, 2, NULL, NULL,
      'POST', 'https://example.com/hook', 'X-A: 1' || char(10), NULL, 200, '', CAST('ok' AS BLOB), 0, 'a line')
    """,
  ]

  /// Opens a database of version 1 with this release.
  private func migrated() throws -> SQLStore {
    _ = mkdir(fixture.folder, 0o700)
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    try database.withWriter { connection in
      try Migrator(Array(Migration.all.prefix(1))).migrate(connection, dialect: database.dialect, at: now)
      for row in Self.rows { try connection.execute(SQLStatement(once: row), []) }
    }
    try database.close()
    return try fixture.open()
  }

  private let webhook = WebhookID(TimeOrderedID(key: 100, entropy: 1))
  private let delivered = DeliveryID(TimeOrderedID(key: 300, entropy: 3))

  @Test func webhooksAndTheirRevisionsAreKept() async throws {
    let store = try migrated()
    #expect(try await store.webhooks().map(\.pipeline) == [[.script("return {}")]])
    let revisions = try await store.revisions(of: webhook, before: nil, limit: 9)
    #expect(revisions.map(\.webhook.name) == ["n", "old"])
    #expect(revisions.map(\.webhook.revision) == [2, 1])
    #expect(revisions.map(\.madeBy) == ["unknown", "unknown"])
    #expect(revisions.map(\.createdAt.microseconds) == [2_000_000, 1_000_000])
  }

  @Test func deliveriesAndAttemptsAreKept() async throws {
    let record = try #require(try await migrated().delivery(delivered))
    #expect(record.delivery.state == .delivered)
    #expect(record.attempts.map(\.revision) == [1, 2])
    #expect(record.attempts.map(\.plugins) == [[], []])
    #expect(record.attempts.map { $0.response?.status } == [500, 200])
    #expect(record.attempts.last?.log == "a line")
  }

  @Test func whatWasOpenIsClaimedAndRunsTheCurrentVersions() async throws {
    let due = try await migrated().claim(webhook, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
    #expect(due.map(\.id.key) == [301])
    #expect(due.map(\.trigger) == [.retry])
    #expect(due.map(\.pinned) == [nil])
  }

  @Test func whatWaitsForAnotherAttemptHasACause() async throws {
    let store = try migrated()
    let found = try await store.groups(DeliveryGroupFilter(states: [.dead, .retrying]))
    #expect(found.groups.map(\.example?.id.key) == [301, 302])
    #expect(found.groups.map(\.failure) == [nil, .status] && found.groups.map(\.state) == [.retrying, .dead])
  }

  @Test func anEarlierAttemptIsReplayedAsItWas() async throws {
    let store = try migrated()
    #expect(try await store.replay(delivered, at: now, runs: .original) == .queued(webhook))
    let due = try await store.claimReplays(webhook, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
    #expect(due.first { $0.id == delivered }?.pinned == PinnedVersions(revision: 1))
  }
}
