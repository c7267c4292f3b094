// Groups of a key's namespaces: however many webhooks there are, a search takes a bounded number of steps, and says when it ends early.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct DeliveryCausesTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  /// More webhooks than a search looks at one by one.
  private static let many = 4100
  private static let namespace = Namespace(stored: "shop")

  private static let copyWebhooks = SQLStatement(
    """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
    INSERT INTO webhooks (key, entropy, revision, config, secret, created_at_us, updated_at_us, namespace)
    SELECT w.key + n.i, n.i, w.revision, w.config, w.secret, w.created_at_us, w.updated_at_us, w.namespace FROM n, webhooks w
    """)
  /// One for every so many of the webhooks.
  private static let addDeliveries = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, failure, attempt_count, earlier_attempts, next_trigger, created_at_us, updated_at_us)
    SELECT e.key + w.entropy + 1, 0, e.key, w.key, $1, $2, 1, 0, 0, e.accepted_at_us, e.accepted_at_us
    FROM webhooks w, events e WHERE w.entropy % $3 = 0
    """)

  /// A store with so many webhooks, and a delivery for every so many of them.
  private func store(webhooks: Int, _ state: DeliveryState, forEach step: Int) async throws -> SQLStore {
    let store = try fixture.open()
    var webhook = try samples.webhook { $0.namespace = Self.namespace }
    webhook.id = WebhookID(TimeOrderedID(key: webhook.id.key, entropy: 0))
    try await store.insert(webhook)
    _ = try await store.append([samples.event(namespace: "shop")])
    try await store.close()
    let database = try SQLiteDatabase(path: fixture.folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    try database.withWriter { connection in
      try connection.begin()
      try connection.execute(Self.copyWebhooks, [.integer(Int64(webhooks - 1))])
      try connection.execute(
        Self.addDeliveries, [.integer(state == .held ? 5 : 4), state == .held ? .null : .text("status"), .integer(Int64(step))])
      try connection.commit()
    }
    return try fixture.open()
  }

  private func groups(_ store: SQLStore, _ state: DeliveryState) async throws -> DeliveryGroups {
    let found = try await store.groups(DeliveryGroupFilter(states: [state], namespaces: [Self.namespace]))
    try await store.close()
    return found
  }

  @Test func aSearchThatLooksAtEachWebhookEndsAndSaysSo() async throws {
    let found = try await groups(try await store(webhooks: Self.many, .held, forEach: 1000), .held)
    // Of 0, 1000, 2000, 3000 and 4000 the last is not reached.
    #expect(found.groups.count == 4 && found.isTruncated)
  }

  @Test func aSearchThatReachesTheLastWebhookSaysNothing() async throws {
    let found = try await groups(try await store(webhooks: 3999, .held, forEach: 3998), .held)
    #expect(found.groups.count == 2 && !found.isTruncated)
  }

  @Test func failuresAreFoundByLeapsHoweverManyWebhooksThereAre() async throws {
    let found = try await groups(try await store(webhooks: Self.many, .dead, forEach: Self.many - 1), .dead)
    #expect(found.groups.count == 2 && !found.isTruncated)
  }

  @Test func moreGroupsThanAreToldOfAreCutAndSaidToBe() async throws {
    let most = DeliveryGroups.maximumCount
    let found = try await groups(try await store(webhooks: most + 1, .dead, forEach: 1), .dead)
    #expect(found.groups.count == most && found.isTruncated)
  }

  @Test func asManyGroupsAsAreToldOfAreWhole() async throws {
    let most = DeliveryGroups.maximumCount
    let found = try await groups(try await store(webhooks: most, .dead, forEach: 1), .dead)
    #expect(found.groups.count == most && !found.isTruncated)
  }
}
