// What a claim costs does not depend on how much a webhook has collected.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct BatchClaimCostTests {
  /// Where what was collected stands.
  enum Stage: String, CaseIterable {
    case waiting, due, unsorted, leftover
  }

  private let samples = StoreSamples()
  private let policy = BatchPolicy(maxEvents: 50, maxWaitSeconds: 3600)

  /// How many steps SQLite takes for each stage to claim 64 deliveries while so many are there.
  private func steps(over count: Int) async throws -> [Stage: Int] {
    let fixture = StoreFixture()
    let faults = Faults()
    let store = try fixture.open(faults)
    let webhook = try samples.webhook { $0.batch = policy }
    try await store.insert(webhook)
    let event = samples.event(for: [webhook.id])
    _ = try await store.append([event])
    try fill(fixture.folder, webhook, event, count)
    let order = BatchOrder(policy: policy, full: [.common]) { 7 }
    let later = samples.now + .seconds(7200)
    let costs = try StatementCosts(path: fixture.folder + "/tidehook.db")
    defer { costs.close() }
    var steps: [Stage: Int] = [:]
    for stage in Stage.allCases {
      try change(fixture.folder, webhook, to: stage)
      let earlier = faults.calls.count
      let claim =
        stage == .leftover
        ? try await store.claim(webhook.id, dueBy: later, limit: 64, maxBytes: 1 << 20)
        : try await store.claim(webhook.id, dueBy: stage == .waiting ? samples.now : later, limit: 64, maxBytes: 1 << 20, batches: order)
      // As the engine does around a claim.
      _ = try await store.unsorted(webhook.id, dueBy: later, limit: 64, maxBytes: 1 << 20)
      _ = try await store.outlook(of: webhook.id, in: [.common], maxEvents: policy.maxEvents)
      // The same once more, over what is left.
      steps[stage] = try costs.steps(Array(faults.calls.dropFirst(earlier)))
      switch stage {
      case .waiting: #expect(claim.deliveries.first?.memberIDs.count == 50)
      case .due: #expect(claim.deliveries.map(\.memberIDs.count) == [50, 50])
      case .unsorted: #expect(claim.deliveries.isEmpty)
      case .leftover: #expect(claim.deliveries.count == 64)
      }
    }
    try await store.close()
    return steps
  }

  private func fill(_ folder: String, _ webhook: Webhook, _ event: NewEvent, _ count: Int) throws {
    try run(
      folder,
      """
      INSERT INTO deliveries (
        key, entropy, event_key, webhook_key, state, attempt_count, earlier_attempts, next_trigger, due_at_us, created_at_us, updated_at_us,
        batch_key)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
      SELECT $2 + i, i, $3, $4, 0, 0, 0, 0, $5, $5, $5, '-' FROM n
      """,
      [
        .integer(Int64(count)), .integer(event.deliveries[0].id.key), .integer(event.event.key.key), .integer(webhook.id.value.key),
        .integer((samples.now + .seconds(3600)).microseconds),
      ])
  }

  private func change(_ folder: String, _ webhook: Webhook, to stage: Stage) throws {
    let group = stage == .unsorted || stage == .leftover ? "" : "-"
    try run(
      folder, "UPDATE deliveries SET batch_key = $1 WHERE webhook_key = $2 AND batch_key IS NOT $1 AND leased_by IS NULL",
      [.text(group), .integer(webhook.id.value.key)])
  }

  private func run(_ folder: String, _ statement: String, _ arguments: [SQLValue]) throws {
    let database = try SQLiteDatabase(path: folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    try database.withWriter { connection in
      try connection.begin()
      try connection.execute(SQLStatement(statement), arguments)
      try connection.commit()
    }
  }

  @Test(.timeLimit(.minutes(5))) func twentyThousandRowsThatWereCollectedCostAClaimNoMoreThanAThousand() async throws {
    let few = try await steps(over: 1000)
    let many = try await steps(over: 20_000)
    for stage in Stage.allCases {
      let (few, many) = (try #require(few[stage]), try #require(many[stage]))
      #expect(many <= few * 11 / 10, "\(stage): \(many) steps, and \(few) over a thousand")
    }
  }
}
