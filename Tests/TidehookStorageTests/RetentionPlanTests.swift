// What the retention and erasures cost: rows are found over indexes, and no table is read through.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct RetentionPlanTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  /// The plans of the statements that `body` runs in a store with something of everything.
  private func plans(_ body: (SQLStore) async throws -> Void) async throws -> [String] {
    let faults = Faults()
    let store = try fixture.open(faults)
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let event = samples.event(for: [webhook.id], isLeased: true)
    _ = try await store.append([event])
    try await store.record(samples.result(event.deliveries[0].id))
    let earlier = faults.statements.count
    try await body(store)
    let kinds = ["SELECT", "DELETE", "UPDATE"]
    let statements = Set(faults.statements.dropFirst(earlier)).filter { text in kinds.contains { text.hasPrefix($0) } }
    try await store.close()
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    return try database.withWriter { connection in
      var steps: [String] = []
      for statement in statements {
        let parameters = (1...30).last { statement.contains("$\($0)") } ?? 0
        let values = [SQLValue](repeating: .null, count: parameters)
        try connection.query(SQLStatement("EXPLAIN QUERY PLAN " + statement), values) { row in
          steps.append(row.text(3))
          return true
        }
      }
      return steps
    }
  }

  @Test func whatGoesIsFoundAndRemovedOverIndexes() async throws {
    let steps = try await plans { store in
      let namespace = try await store.namespace(after: nil)
      _ = try await store.oldestEvents(in: namespace, after: .min, accepted: samples.now, limit: 9)
      let events = try await store.oldestEvents(in: nil, after: .min, accepted: nil, limit: 9)
      #expect(events.count == 1)
      let settled = try await store.settle(events, at: samples.now) { _ in .remove }
      #expect(settled.removed.attempts == 1)
      _ = try await store.removeReceipts(before: samples.now, limit: 9)
    }
    #expect(steps.contains { $0.contains("COVERING INDEX events_namespace (namespace>?)") }, "\(steps)")
    #expect(steps.contains { $0.contains("INDEX events_namespace (namespace=? AND rowid>? AND rowid<?)") }, "\(steps)")
    #expect(steps.contains { $0.contains("INDEX deliveries_event (event_key=?)") }, "\(steps)")
    #expect(!steps.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(steps)")
  }

  @Test func anErasureReadsNothingButItsOwnAndTheRequestsOfSources() async throws {
    let steps = try await plans { store in
      let id = try #require(try await store.events(EventFilter(), before: nil, limit: 1, maxBytes: 1).first?.id)
      _ = try await store.eraseContent(of: id, at: samples.now)
    }
    let scans = steps.filter { $0.hasPrefix("SCAN") && $0 != "SCAN e" }
    #expect(Set(scans) == ["SCAN source_requests", "SCAN source_dedupe"], "\(steps)")
  }
}
