// What Tidehook asks of SQLite is what SQLite is set to, and lists read the rows they show.

import Dispatch
import Glibc
import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct SQLiteDatabaseTests {
  private let fixture = StoreFixture()

  private func setting(_ name: String, _ durability: Durability) async throws -> String? {
    try await fixture.open(durability: durability).close()
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: durability)
    defer { try? database.close() }
    return try database.withWriter { connection in
      var value: String?
      try connection.query(SQLStatement("PRAGMA \(name)"), []) { row in
        value = row.text(0)
        return false
      }
      return value
    }
  }

  @Test(arguments: [
    ("synchronous", Durability.full, "2"), ("synchronous", .normal, "1"), ("journal_mode", .full, "wal"), ("auto_vacuum", .full, "2"),
    ("page_size", .full, "4096"), ("foreign_keys", .full, "0"),
  ])
  func settings(_ name: String, _ durability: Durability, _ wanted: String) async throws {
    #expect(try await setting(name, durability) == wanted)
  }

  @Test func everyHotStatementFindsItsRowsThroughAnIndex() async throws {
    let faults = Faults()
    let samples = StoreSamples()
    let store = try fixture.open(faults)
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let event = samples.event(idempotencyKey: "k", for: [webhook.id], isLeased: true)
    _ = try await store.append([event, event])
    try await store.record(samples.result(event.deliveries[0].id, .retrying, status: 500))
    _ = try await store.backlog()
    _ = try await store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1)
    try await store.release(event.deliveries.map(\.id))
    for state in [DeliveryState.pending, .held] {
      _ = try await store.moveDeliveries(of: webhook.id, from: [state], to: .dead, reason: nil, at: samples.now, limit: 1)
    }
    for versions in ReplayedVersions.named + [.revision(1)] {
      _ = try await store.replay(event.deliveries[0].id, at: samples.now, runs: versions)
      _ = try await store.claimReplays(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1)
      try await store.record(samples.result(event.deliveries[0].id, .dead, number: 2, status: 500))
    }
    _ = try await store.revisions(of: webhook.id, before: nil, limit: 1)
    _ = try await store.revision(1, of: webhook.id)
    for _ in 0..<2 { _ = try await store.record(plugin: "slack", digest: "d", content: [1], at: samples.now) }
    _ = try await store.pluginRevision(PluginVersion(name: "slack", revision: 1))
    _ = try await store.pluginRevisions(of: "slack")
    _ = try await store.delivery(event.deliveries[0].id)
    for state in [DeliveryState.pending, .dead] {
      _ = try await store.deliveries(DeliveryFilter(states: [state]), before: nil, limit: 1)
      _ = try await store.deliveries(DeliveryFilter(states: [state], webhook: webhook.id), before: nil, limit: 1)
    }
    _ = try await store.deliveries(DeliveryFilter(webhook: webhook.id), before: nil, limit: 1)
    _ = try await store.deliveries(DeliveryFilter(event: event.event.id), before: nil, limit: 1)
    _ = try await store.events(EventFilter(type: event.event.type), before: nil, limit: 1, maxBytes: 1)
    _ = try await store.unsettledDeletions()
    _ = try await store.events(EventFilter(namespace: .default), before: nil, limit: 1, maxBytes: 1)
    try await runOrdered(store, samples)
    try await runBatched(store, samples)
    try await store.close()

    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    let steps = Set(Migration.all.flatMap { $0.statements(database.dialect) })
    let scans = try database.withWriter { connection in
      try Set(faults.statements).subtracting(steps).filter { !isOfTheSchema($0) }.flatMap { statement in
        try plan(of: statement, connection).filter { isScan($0, in: statement) }.map { "\($0) in \(statement)" }
      }
    }
    #expect(scans == [])
    let claims = faults.statements.filter { $0.contains("next_trigger = 2 AND d.due_at_us <=") }
    let plans = try database.withWriter { connection in try claims.flatMap { try plan(of: $0, connection) } }
    let turns = faults.statements.filter { $0.contains("order_key = ") }
    let orders = try database.withWriter { connection in try turns.map { try plan(of: $0, connection).joined(separator: ", ") } }
    #expect(Set(turns).count > 4 && orders.allSatisfy { $0.contains("deliveries_order") || $0.contains("deliveries_turn") }, "\(orders)")
    #expect(orders.contains { $0.contains("deliveries_turn") }, "\(orders)")
    #expect(!claims.isEmpty && plans.filter { $0.contains("deliveries_replays") }.count == claims.count, "\(plans)")
  }

  /// Everything that collects, and claims what was collected.
  private func runBatched(_ store: SQLStore, _ samples: StoreSamples) async throws {
    let policy = BatchPolicy(maxEvents: 1, maxWaitSeconds: 1)
    let webhook = try samples.webhook { $0.batch = policy }
    try await store.insert(webhook)
    var event = samples.event(for: [webhook.id])
    event.deliveries[0].isBatched = true
    _ = try await store.append([event])
    let new = try await store.unsorted(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1)
    try await store.collect(new.map { CollectedDelivery(id: $0.id, outcome: .waits(.common, until: samples.now + .seconds(1))) })
    for groups in [nil, Set([BatchGroup.common])] { _ = try await store.outlook(of: webhook.id, in: groups, maxEvents: 1) }
    let order = BatchOrder(policy: policy, full: [.common]) { 7 }
    for _ in 0..<2 {
      let claim = try await store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1, batches: order)
      try await store.release(claim.deliveries.flatMap(\.memberIDs))
    }
    let claim = try await store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1)
    var result = samples.result(event.deliveries[0].id, .dead, status: 500)
    result.batch = claim.deliveries.first?.batch.map { CompletedBatch(id: $0.id, members: $0.members.map(\.id)) }
    try await store.record(result)
    _ = try await store.delivery(event.deliveries[0].id)
    _ = try await store.unsort(webhook.id, madeBefore: nil, limit: 1)
  }

  /// Everything that gives or takes a turn.
  private func runOrdered(_ store: SQLStore, _ samples: StoreSamples) async throws {
    let webhook = try samples.webhook { $0.ordering = .fifo }
    try await store.insert(webhook)
    var events = (0..<3).map { _ in samples.event(for: [webhook.id]) }
    for index in events.indices { events[index].deliveries[0].orderKey = 0 }
    _ = try await store.append(events)
    for (index, state) in [DeliveryState.dead, .retrying].enumerated() {
      _ = try await store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1)
      if index == 1 { _ = try await store.replay(events[0].deliveries[0].id, at: samples.now, runs: .current) }
      var result = samples.result(events[index].deliveries[0].id, state, status: 500, nextAttemptAt: samples.now)
      result.isOrdered = true
      try await store.record(result)
    }
    for (from, to) in [(DeliveryState.pending, DeliveryState.held), (.held, .pending), (.pending, .cancelled)] {
      _ = try await store.moveDeliveries(of: webhook.id, from: [from], to: to, reason: nil, at: samples.now, limit: 9)
    }
  }

  @Test func theLogIsWrittenBackHoweverFastItGrows() async throws {
    let database = try SQLiteDatabase(path: fixture.folder + ".db", durability: .normal)
    defer { for suffix in [".db", ".db-wal", ".db-shm"] { unlink(fixture.folder + suffix) } }
    let longest = try database.withWriter { connection in
      try connection.execute(SQLStatement("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB)"), [])
      let insert = SQLStatement("INSERT INTO rows (bytes) VALUES (?)")
      return try (0..<200).reduce(into: 0) { longest, _ in
        try connection.begin()
        try connection.execute(insert, [.bytes([UInt8](repeating: 1, count: 256 << 10))])
        try connection.commit()
        connection.tidy()
        longest = max(longest, size(of: fixture.folder + ".db-wal"))
      }
    }
    try database.close()
    // 50 MiB were written; a log is finished at 8 MiB, or as soon as the other thread is through with what it began before.
    #expect(longest > 0 && longest <= 32 << 20, "\(longest)")
    #expect(size(of: fixture.folder + ".db") >= 50 << 20)
  }

  @Test func filesAreCutWhenNothingIsWrittenAnyMore() async throws {
    let database = try SQLiteDatabase(path: fixture.folder + ".db", durability: .normal)
    defer { for suffix in [".db", ".db-wal", ".db-shm"] { unlink(fixture.folder + suffix) } }
    // So little that the log is not written back because of its length.
    try database.withWriter { connection in
      try connection.execute(SQLStatement("CREATE TABLE rows (id INTEGER PRIMARY KEY, bytes BLOB)"), [])
      try connection.execute(SQLStatement("INSERT INTO rows (bytes) VALUES (?)"), [.bytes([UInt8](repeating: 1, count: 1 << 20))])
    }
    try await database.emptyLog()
    try database.withWriter { connection in
      try connection.execute(SQLStatement("DELETE FROM rows"), [])
      try database.shrink(connection, pages: 1000)
    }
    #expect(size(of: fixture.folder + ".db") > 1 << 20 && size(of: fixture.folder + ".db-wal") > 0)
    database.rest()
    #expect(size(of: fixture.folder + ".db") < 100_000 && size(of: fixture.folder + ".db-wal") == 0)
    try database.close()
  }

  @Test func theLogIsCutByItselfWhileNothingIsWritten() async throws {
    let path = fixture.folder + ".db"
    let database = try SQLiteDatabase(path: path, durability: .normal, restPause: .milliseconds(10))
    defer { for suffix in [".db", ".db-wal", ".db-shm"] { unlink(fixture.folder + suffix) } }
    try database.withWriter { connection in
      try connection.execute(SQLStatement("CREATE TABLE rows (id INTEGER PRIMARY KEY)"), [])
      try connection.execute(SQLStatement("INSERT INTO rows DEFAULT VALUES"), [])
    }
    // On a thread that may wait: the system tells of each change of the file.
    let isCut = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      DispatchQueue.global().async { continuation.resume(returning: waitUntilEmpty(path + "-wal")) }
    }
    #expect(isCut && size(of: path) > 0)
    try database.close()
  }

  @Test func aBusyLogIsNotCut() async throws {
    let database = try SQLiteDatabase(path: fixture.folder + ".db", durability: .normal)
    defer { for suffix in [".db", ".db-wal", ".db-shm"] { unlink(fixture.folder + suffix) } }
    try database.withWriter { connection in
      try connection.execute(SQLStatement("CREATE TABLE rows (id INTEGER PRIMARY KEY)"), [])
      for _ in 0..<20 { try connection.execute(SQLStatement("INSERT INTO rows DEFAULT VALUES"), []) }
    }
    database.rest()
    #expect(size(of: fixture.folder + ".db-wal") > 0)
    database.rest()
    #expect(size(of: fixture.folder + ".db-wal") == 0)
    try database.close()
  }

  /// Waits until a file is empty, at most half a minute without a change of it.
  private func waitUntilEmpty(_ path: String) -> Bool {
    var changes = pollfd(fd: inotify_init1(0), events: Int16(POLLIN), revents: 0)
    defer { close(changes.fd) }
    guard inotify_add_watch(changes.fd, path, UInt32(IN_MODIFY)) >= 0 else { return false }
    var events = [UInt8](repeating: 0, count: 4096)
    while size(of: path) > 0 {
      guard poll(&changes, 1, 30_000) == 1, read(changes.fd, &events, events.count) > 0 else { return false }
    }
    return true
  }

  private func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  @Test func listsOfAllLengthsAreOneStatement() async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    for limit in 1...20 {
      _ = try await store.events(EventFilter(), before: nil, limit: limit, maxBytes: 1)
      _ = try await store.deliveries(DeliveryFilter(), before: nil, limit: limit)
    }
    #expect(Set(faults.statements.filter { $0.hasPrefix("SELECT") && $0.contains("DESC LIMIT") }).count == 2)
  }

  private func isOfTheSchema(_ statement: String) -> Bool {
    statement.hasPrefix("CREATE") || statement.hasPrefix("ALTER") || statement.contains("migrations")
  }

  private func plan(of statement: String, _ connection: any SQLConnection) throws -> [String] {
    var steps: [String] = []
    let parameters = (1...30).last { statement.contains("$\($0)") } ?? 0
    try connection.query(SQLStatement("EXPLAIN QUERY PLAN " + statement), [SQLValue](repeating: .null, count: parameters)) { row in
      steps.append(row.text(3))
      return true
    }
    return steps
  }

  /// Webhooks and nodes are few: they may be read one after the other.
  /// An aggregate `g` is one row, and what a window numbers, the attempts of one batch, was found through an index itself.
  private func isScan(_ step: String, in statement: String) -> Bool {
    step.hasPrefix("SCAN") && !step.hasPrefix("SCAN w") && step != "SCAN CONSTANT ROW" && step != "SCAN g" && step != "SCAN nodes"
      && !(step.hasPrefix("SCAN (subquery") && statement.contains("ROW_NUMBER()"))
  }
}
