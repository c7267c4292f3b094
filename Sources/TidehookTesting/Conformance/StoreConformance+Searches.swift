// Rules about searches: exact, in order, without gaps however little one request may look at; and groups that are what the lists are.

package import TidehookCore

extension StoreConformance {
  static let searches: [StoreRule] = [
    StoreRule("a search within narrow bounds finds everything in the end, in order, from either side") { test in
      let seeded = try await FailedDeliveries(test.store)
      let all = try await test.store.deliveries(DeliveryFilter(), before: nil, limit: 1000).map(\.id)
      try expectEqual(all.count, seeded.count, "how many there are")
      let namespaces: [Namespace] = [.default, Namespace(stored: "other")]
      let filters = [
        DeliveryFilter(), DeliveryFilter(namespaces: namespaces), DeliveryFilter(states: [.dead, .held, .retrying]),
        DeliveryFilter(states: [.pending, .retrying]), DeliveryFilter(states: [.delivered]), DeliveryFilter(failure: .timeout),
        DeliveryFilter(states: [.dead], failure: .status, namespaces: namespaces), DeliveryFilter(type: EventType(stored: "a.1")),
      ]
      for filter in filters {
        let whole = try await test.store.search(DeliverySearch(filter, limit: 1000)).deliveries.map(\.id)
        try expect(!whole.isEmpty && whole == whole.sorted(by: >), "something, newest first, of \(filter)")
        for order in ListOrder.allCases {
          var search = DeliverySearch(filter, order: order, limit: 2, bounds: SearchBounds(rows: 3, time: .zero))
          var found: [DeliveryID] = []
          repeat {
            let page = try await test.store.search(search)
            found += page.deliveries.map(\.id)
            search.cursor = page.position
          } while search.cursor != nil
          try expectEqual(found, order == .newest ? whole : whole.reversed(), "the pages, \(order) first, of \(filter)")
        }
      }
    },
    StoreRule("what failed like this is found, for a webhook and for all, and no more once it is tried again") { test in
      let seeded = try await FailedDeliveries(test.store)
      func found(_ filter: DeliveryFilter) async throws -> [DeliveryID] {
        try await test.store.deliveries(filter, before: nil, limit: 100).map(\.id)
      }
      let timeouts = seeded.ids(.dead, .timeout) + seeded.ids(.retrying, .timeout)
      try expectEqual(try await found(DeliveryFilter(failure: .timeout)), timeouts.sorted(by: >), "those of a failure")
      let one = DeliveryFilter(states: [.dead], failure: .timeout, webhook: seeded.webhooks[0].id)
      try expectEqual(try await found(one), seeded.ids(.dead, .timeout, of: 0).sorted(by: >), "those of a webhook")
      try expectEqual(try await found(DeliveryFilter(states: [.held], failure: .timeout)), [], "held ones that failed")
      let rows = try await test.store.deliveries(one, before: nil, limit: 100)
      try expect(rows.allSatisfy { $0.failure == .timeout && $0.state == .dead }, "each to say how it failed")
      for id in seeded.ids(.dead, .timeout, of: 0) { _ = try await test.store.replay(id, at: seeded.samples.now, runs: .current) }
      try expectEqual(try await found(one), [], "those that were replayed")
      try expectEqual(try await test.store.known(seeded.ids(.dead, .timeout, of: 0)[0]).delivery.failure, nil, "the failure then")
      let retrying = seeded.ids(.retrying, .timeout, of: 0)[0]
      _ = try await test.store.moveDeliveries(
        of: seeded.webhooks[0].id, from: [.retrying], to: .held, reason: nil, at: seeded.samples.now, limit: 100)
      try expectEqual(try await test.store.known(retrying).delivery.failure, nil, "the failure of one that is held")
    },
    StoreRule("groups are counted by webhook and cause, up to a limit, with their newest") { test in
      let seeded = try await FailedDeliveries(test.store)
      let found = try await test.store.groups(DeliveryGroupFilter(states: DeliveryGroupFilter.states))
      try expect(!found.isTruncated, "all groups")
      var sizes: [Int] = []
      for group in found.groups {
        let index = seeded.webhooks.firstIndex { $0.id == group.webhook } ?? 0
        let members = seeded.ids(group.state, group.failure, of: index).sorted()
        try expectEqual(group.count, members.count, "the size of \(group.state), \(String(describing: group.failure)), \(index)")
        try expectEqual(group.example?.id, members.last, "the example")
        try expect(!group.isAtLeast && group.first <= group.last, "a whole group")
        let isOfStatus = group.failure == .status
        try expectEqual(group.statusesOf, isOfStatus ? members.count : 0, "of how many the statuses are")
        sizes.append(group.count)
      }
      try expectEqual(sizes, sizes.sorted(by: >), "the sizes, the largest first")
      try expectEqual(sizes.reduce(0, +), seeded.count - seeded.others, "all that are in a group")
      let one = try await test.store.groups(DeliveryGroupFilter(states: [.dead], webhook: seeded.webhooks[1].id, failure: .status))
      try expectEqual(one.groups.map(\.count), [seeded.ids(.dead, .status, of: 1).count], "the group of a webhook and a failure")
      try expectEqual(DeliveryGroups.sizeLimit(of: 500), 400, "up to how many of many groups are counted")
    },
    StoreRule("a group that failed of statuses says which, the most frequent first, but for what a plugin says of them") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      for status in [500, 404, 500, 503, 500, 404, 418] {
        let event = samples.event(for: [webhook.id], isLeased: true)
        _ = try await test.store.append([event])
        var result = samples.result(event.deliveries[0].id, .dead, status: status)
        if status == 418 { result.attempt?.failure = AttemptFailure(.status, "a plugin took it for a failure") }
        try await test.store.record(result)
      }
      let group = try await test.store.groups(DeliveryGroupFilter(states: [.dead])).groups.first
      try expectEqual(group?.statuses.map(\.status), [500, 404, 503], "the statuses")
      try expectEqual(group?.statuses.map(\.count), [3, 2, 1], "how many of each")
      try expectEqual(group?.statusesOf, 7, "of how many")
    },
    StoreRule("groups of namespaces are those of their webhooks, with an example that may be shown") { test in
      let seeded = try await FailedDeliveries(test.store)
      let mine = Namespace(stored: "other")
      let found = try await test.store.groups(DeliveryGroupFilter(states: DeliveryGroupFilter.states, namespaces: [mine]))
      try expect(!found.groups.isEmpty && found.groups.allSatisfy { $0.webhook == seeded.webhooks[1].id }, "the groups of one webhook")
      // All events are of the default namespace.
      try expect(found.groups.allSatisfy { $0.example == nil }, "no example of another namespace")
      let both = try await test.store.groups(DeliveryGroupFilter(namespaces: [mine, .default]))
      try expect(both.groups.allSatisfy { $0.example != nil }, "examples")
      try expectEqual(try await test.store.groups(DeliveryGroupFilter(namespaces: [])).groups.count, 0, "the groups of no namespace")
    },
    StoreRule("groups of some of many webhooks are found among those of all") { test in
      let samples = StoreSamples()
      let webhooks = try (0..<40).map { number in
        try samples.webhook { $0.namespace = Namespace(stored: number.isMultiple(of: 7) ? "mine" : "other") }
      }
      for webhook in webhooks { try await test.store.insert(webhook) }
      // Every second one fails.
      let failing = webhooks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
      let events = failing.map { samples.event(namespace: "mine", for: [$0.id], isLeased: true) }
      _ = try await test.store.append(events)
      for event in events { try await test.store.record(samples.result(event.deliveries[0].id, .dead, status: 500)) }
      let held = samples.event(namespace: "mine", for: [webhooks[7].id, webhooks[8].id], state: .held)
      _ = try await test.store.append([held])
      let mine = DeliveryGroupFilter(states: DeliveryGroupFilter.states, namespaces: [Namespace(stored: "mine")])
      let found = try await test.store.groups(mine).groups
      let dead = Set([0, 14, 28].map { webhooks[$0].id })
      try expectEqual(Set(found.filter { $0.state == .dead }.map(\.webhook)), dead, "the failing webhooks of the namespace")
      try expectEqual(found.filter { $0.state == .held }.map(\.webhook), [webhooks[7].id], "the one that holds")
      try expect(found.count == 4 && found.allSatisfy { $0.count == 1 && $0.example != nil }, "one delivery each")
      var one = mine
      (one.webhook, one.failure) = (webhooks[14].id, .status)
      try expectEqual(try await test.store.groups(one).groups.map(\.webhook), [webhooks[14].id], "the groups of one of them")
      one.webhook = webhooks[2].id
      try expectEqual(try await test.store.groups(one).groups.count, 0, "the groups of a foreign one")
    },
    StoreRule("deliveries read with their last attempts, as far as the bytes go") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let events = (0..<3).map { _ in samples.event(for: [webhook.id], isLeased: true) }
      _ = try await test.store.append(events)
      let ids = events.map(\.deliveries[0].id)
      for id in ids { try await test.store.record(samples.result(id, .retrying, status: 500, nextAttemptAt: samples.now)) }
      _ = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 1, maxBytes: 1 << 20)
      try await test.store.record(samples.result(ids[0], .delivered, number: 2))
      let all = try await test.store.lastAttempts(of: ids, maxBytes: .max)
      try expectEqual(all.map(\.delivery.id), ids, "the deliveries")
      try expectEqual(all.map { $0.attempts.map(\.number) }, [[2], [1], [1]], "their attempts")
      try expectEqual(all.map(\.event.id), events.map(\.event.id), "their events")
      try expectEqual(try await test.store.lastAttempts(of: ids, maxBytes: 1).count, 1, "how many there are of one byte")
      let unknown = DeliveryID(samples.ids.next())
      try expectEqual(try await test.store.lastAttempts(of: [unknown] + ids, maxBytes: .max).count, 3, "those that are there")
    },
    StoreRule("events are found by the beginning of their id, and their names are known") { test in
      let samples = StoreSamples()
      let names = [("order-1", "b", "y"), ("order-12", "a", "x"), ("order-2", "b", "x"), ("Order-1", "b", "x")]
      let events = names.map { samples.event(id: EventID(stored: $0), type: $1, namespace: $2) }
      _ = try await test.store.append(events)
      func keys(_ indexes: Int...) -> [Int64] { indexes.map { events[$0].event.key.key } }
      try expectEqual(try await test.store.eventKeys(prefix: "order-1", upTo: 2)?.sorted(), keys(0, 1), "the keys")
      try expectEqual(try await test.store.eventKeys(prefix: "order-", upTo: 2), nil, "the keys of more than the limit")
      try expectEqual(try await test.store.eventKeys(prefix: "zzz", upTo: 2), [], "the keys of none")
      let found = try await test.store.events(EventFilter(keys: keys(0, 1, 2)), before: keys(2)[0], limit: 9, maxBytes: .max)
      try expectEqual(found.map(\.id.rawValue), ["order-12", "order-1"], "events by their keys")
      let types = try await test.store.eventUses(.types, limit: 9)
      try expectEqual(types.map(\.name), ["a", "b"], "the types")
      try expectEqual(types.map(\.lastID.rawValue), ["order-12", "Order-1"], "the newest event of each")
      try expectEqual(try await test.store.eventUses(.namespaces, limit: 1).map(\.name), ["x"], "the first namespace")
    },
  ]
}

/// Deliveries of two webhooks, some of each state and failure, in an order that mixes them.
private struct FailedDeliveries {
  let samples = StoreSamples()
  private(set) var webhooks: [Webhook] = []
  private var rows: [(id: DeliveryID, webhook: Int, state: DeliveryState, failure: FailureKind?)] = []

  init(_ store: any FullStore) async throws {
    webhooks = [try samples.webhook { $0.namespace = .default }, try samples.webhook { $0.namespace = Namespace(stored: "other") }]
    for webhook in webhooks { try await store.insert(webhook) }
    let ends: [(DeliveryState, FailureKind?)] = [
      (.dead, .timeout), (.dead, .status), (.retrying, .timeout), (.dead, .timeout), (.held, nil), (.delivered, nil), (.pending, nil),
      (.filtered, nil), (.dead, .connect),
    ]
    for (number, (state, failure)) in (ends + ends).enumerated() {
      // The second webhook gets the first half alone.
      let receivers = webhooks.prefix(number < ends.count ? 2 : 1).map(\.id)
      let isHeld = state == .held
      let event = samples.event(type: "a.\(number)", for: receivers, state: isHeld ? .held : .pending, isLeased: !isHeld)
      _ = try await store.append([event])
      for (index, delivery) in event.deliveries.enumerated() {
        rows.append((delivery.id, index, state, failure))
        if !isHeld, state != .pending { try await store.record(result(delivery.id, state, failure)) }
      }
    }
  }

  private func result(_ id: DeliveryID, _ state: DeliveryState, _ failure: FailureKind?) -> CompletedDelivery {
    var result = samples.result(id, state, status: failure == nil ? 200 : 500, nextAttemptAt: samples.now + .seconds(3600))
    result.attempt?.failure = failure.map { AttemptFailure($0, "it failed") }
    return result
  }

  var count: Int { rows.count }

  /// How many are in no group.
  var others: Int { rows.filter { !DeliveryGroupFilter.states.contains($0.state) }.count }

  func ids(_ state: DeliveryState, _ failure: FailureKind?, of webhook: Int? = nil) -> [DeliveryID] {
    rows.filter { $0.state == state && $0.failure == failure && (webhook == nil || $0.webhook == webhook) }.map(\.id)
  }
}

extension History {
  /// Deliveries, newest first, older than `cursor` (a delivery's key).
  package func deliveries(_ filter: DeliveryFilter, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Delivery] {
    var search = DeliverySearch(filter, from: cursor, limit: limit)
    var found: [Delivery] = []
    repeat {
      search.limit = limit - found.count
      let page = try await self.search(search)
      found += page.deliveries
      search.cursor = page.position
    } while search.cursor != nil && found.count < limit
    return found
  }
}
