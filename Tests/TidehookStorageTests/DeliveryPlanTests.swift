// What lists, groups and searches cost: rows are found by indexes that know their order, and nothing is sorted.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct DeliveryPlanTests {
  private let fixture = StoreFixture()
  private let samples = StoreSamples()

  private func steps(_ body: (SQLStore, Webhook, NewEvent) async throws -> Void) async throws -> [String] {
    let webhook = try samples.webhook { $0.namespace = .default }
    return try await fixture.plans { store in
      try await store.insert(webhook)
      let event = samples.event(for: [webhook.id], isLeased: true)
      _ = try await store.append([event])
      try await store.record(samples.result(event.deliveries[0].id, .dead, status: 500))
      try await body(store, webhook, event)
    }
  }

  /// Webhooks and nodes are few: they may be read one after the other.
  private func costs(_ steps: [String]) -> [String] {
    steps.filter { step in
      step.contains("TEMP B-TREE")
        || (step.hasPrefix("SCAN") && !step.hasPrefix("SCAN w") && step != "SCAN CONSTANT ROW" && step != "SCAN g"
          && step != "SCAN nodes")
    }
  }

  @Test(arguments: ListOrder.allCases, [nil, [Namespace.default], [Namespace.default, Namespace(stored: "x")]])
  func everyListOfDeliveriesIsReadInItsOrder(order: ListOrder, namespaces: [Namespace]?) async throws {
    let steps = try await steps { store, webhook, event in
      for states in [[], [.dead], [.pending], [.retrying], [.delivered], [.dead, .held, .retrying]] as [[DeliveryState]] {
        for id in [nil, webhook.id] {
          var filter = DeliveryFilter(states: states, webhook: id, namespaces: namespaces, since: samples.now, until: samples.now)
          _ = try await store.search(DeliverySearch(filter, order: order, from: 1, limit: 5))
          filter.type = event.event.type
          _ = try await store.search(DeliverySearch(filter, order: order, limit: 5))
          filter.failure = .status
          _ = try await store.search(DeliverySearch(filter, order: order, limit: 5))
          filter.event = event.event.id
          _ = try await store.search(DeliverySearch(filter, order: order, limit: 5))
        }
      }
    }
    // The list of everything is that of the table itself.
    #expect(Set(costs(steps)).subtracting(["SCAN d"]) == [])
    for index in ["deliveries_failure", "deliveries_ended ", "deliveries_ended_webhook", "deliveries_open", "deliveries_event"] {
      #expect(steps.contains { $0.contains(index) } || namespaces != nil, "\(index)")
    }
  }

  @Test(arguments: [nil, [Namespace.default]])
  func groupsAreFoundAndCountedInTheIndexOfFailures(namespaces: [Namespace]?) async throws {
    let steps = try await steps { store, webhook, _ in
      for id in [nil, webhook.id] {
        _ = try await store.groups(DeliveryGroupFilter(states: DeliveryGroupFilter.states, webhook: id, namespaces: namespaces))
      }
    }
    #expect(costs(steps) == [])
    #expect(steps.contains { $0.contains("COVERING INDEX deliveries_failure (state=? AND failure=? AND webhook_key=?)") }, "\(steps)")
    let next = "COVERING INDEX deliveries_failure (state=? AND (failure,webhook_key)>(?,?))"
    #expect(namespaces != nil || steps.contains { $0.contains(next) }, "\(steps)")
  }

  @Test(arguments: [nil, [Namespace.default]])
  func groupsNeedNoPlanOfTheirOwnForEachUse(namespaces: [Namespace]?) async throws {
    let faults = Faults()
    let store = try fixture.open(faults)
    let webhook = try samples.webhook { $0.namespace = .default }
    try await store.insert(webhook)
    let earlier = faults.statements.count
    _ = try await store.groups(DeliveryGroupFilter(states: DeliveryGroupFilter.states, namespaces: namespaces))
    // A bound state would be compared with the condition of a partial index, which plans the statement again for each value.
    #expect(!faults.statements.dropFirst(earlier).contains { $0.contains("state = $") })
    try await store.close()
  }

  @Test func searchesOfEventsReadNoMoreThanTheyShow() async throws {
    let steps = try await steps { store, webhook, event in
      let keys = try await store.eventKeys(prefix: "evt_", upTo: 5)
      _ = try await store.events(EventFilter(keys: keys), before: 9, limit: 5, maxBytes: 1)
      for kind in EventUseKind.allCases { _ = try await store.eventUses(kind, limit: 5) }
      _ = try await store.lastAttempts(of: event.deliveries.map(\.id), maxBytes: 1)
    }
    #expect(costs(steps) == [])
    #expect(steps.contains { $0.contains("COVERING INDEX events_type (type>?)") }, "\(steps)")
  }

  @Test func whatReceiversAskedForIsFoundInTheIndicesOfWhatWaitsAndOfWhatEnded() async throws {
    let steps = try await steps { store, webhook, _ in _ = try await store.askedPauses(of: [webhook.id], after: samples.now) }
    let indices = [
      "deliveries_due (webhook_key=? AND due_at_us>?)", "deliveries_due (webhook_key=? AND due_at_us>? AND due_at_us<?)",
      "deliveries_replays (webhook_key=? AND next_trigger=?", "deliveries_ended_webhook (webhook_key=? AND state=?)",
    ]
    for index in indices { #expect(steps.contains { $0.contains(index) }, "\(index) in \(steps)") }
    #expect(!steps.contains { $0.hasPrefix("SCAN d") || $0.hasPrefix("SCAN a") || $0.contains("TEMP B-TREE FOR ORDER") }, "\(steps)")
  }

  @Test func aReplayOfAKindOfFailureReadsNothingElse() async throws {
    let steps = try await steps { store, webhook, _ in
      let request = ReplayRequest(webhook: webhook.id, states: [.dead, .retrying], failure: .status)
      _ = try await store.search(
        ReplayPart(webhook: webhook.id, kind: .deliveries), of: request, for: webhook, upTo: .max, limit: 5)
    }
    #expect(steps.filter { $0.contains("deliveries_failure (state=? AND failure=? AND webhook_key=? AND rowid>?") }.count == 2, "\(steps)")
  }

  @Test func whatIsCollectedIsClaimedInTheOrderOfItsIndexAndLookedAtAgainByKey() async throws {
    let policy = BatchPolicy(maxEvents: 1, maxWaitSeconds: 1)
    let steps = try await fixture.plans { store in
      let webhook = try samples.webhook { $0.batch = policy }
      try await store.insert(webhook)
      var event = samples.event(for: [webhook.id])
      event.deliveries[0].isBatched = true
      _ = try await store.append([event])
      // What is to be looked at first takes all the room: batches are asked for by themselves.
      let order = BatchOrder(policy: policy, full: []) { 7 }
      _ = try await store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1, batches: order)
      _ = try await store.unsort(webhook.id, madeBefore: samples.now, limit: 1)
    }
    #expect(costs(steps) == [])
    for index in [
      "deliveries_batch_due (webhook_key=? AND due_at_us>? AND due_at_us<?)", "deliveries_batch_key (webhook_key=? AND batch_key>?)",
    ] {
      #expect(steps.contains { $0.contains(index) }, "\(index) in \(steps)")
    }
  }
}
