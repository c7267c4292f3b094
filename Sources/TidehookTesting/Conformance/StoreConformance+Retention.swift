// Rules about the retention: what goes goes whole, a little at a time, and nothing that has not ended.

import TidehookCore

extension StoreConformance {
  static let retention: [StoreRule] = [
    StoreRule("an event goes with its deliveries and their attempts, and others stay") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let old = try await test.store.seed(samples, webhook, isLeased: true)
      try await test.store.record(samples.result(old.deliveries[0].id))
      let kept = samples.event(for: [webhook.id])
      _ = try await test.store.append([kept])
      let settled = try await test.store.settle(try await test.store.stored(), at: samples.now) { $0.isFinished ? .remove : .keep }
      try expectEqual(settled.settled, 2, "how many were dealt with")
      try expectEqual(settled.removed.events, 1, "the events removed")
      try expectEqual(settled.removed.deliveries, 1, "the deliveries removed")
      try expectEqual(settled.removed.attempts, 1, "the attempts removed")
      let store = try await test.restart()
      try expectEqual(try await store.event(old.event.id)?.id, nil, "the old event")
      try expect(try await store.delivery(old.deliveries[0].id) == nil, "its delivery to be gone")
      try expectEqual(try await store.known(kept.deliveries[0].id).delivery.state, .pending, "the state of the other one's")
      try expectEqual(try await store.append([samples.event(id: old.event.id)]), [.stored], "the same id, published anew")
    },
    StoreRule("an event that changed since it was found is judged as it is now") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      try await test.store.record(samples.result(event.deliveries[0].id, .dead, status: 500))
      let found = try await test.store.stored()
      _ = try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .current)
      let settled = try await test.store.settle(found, at: samples.now) { $0.isFinished ? .remove : .keep }
      try expect(settled.removed.isEmpty, "nothing to be removed")
      try expectEqual(settled.settled, 1, "how many were dealt with")
    },
    StoreRule("one transaction removes a bounded number of rows, also of one event") { test in
      let samples = StoreSamples()
      let webhooks = try (0..<250).map { _ in try samples.webhook() }
      for webhook in webhooks { try await test.store.insert(webhook) }
      let large = samples.event(for: webhooks.map(\.id), isLeased: true)
      _ = try await test.store.append([large])
      for delivery in large.deliveries { try await test.store.record(samples.result(delivery.id)) }
      let found = try await test.store.stored()
      var steps = 0
      var removed = RemovedContent()
      while removed.events == 0 {
        let step = try await test.store.settle(found, at: samples.now) { _ in .remove }
        try expect(step.removed.deliveries + step.removed.attempts <= 210, "a bounded number of rows, not \(step.removed)")
        removed.add(step.removed)
        steps += 1
        try expect(steps < 10, "an end")
      }
      try expectEqual(removed.deliveries, 250, "the deliveries removed")
      try expectEqual(removed.attempts, 250, "the attempts removed")
    },
    StoreRule("one transaction removes a bounded number of bytes") { test in
      let samples = StoreSamples()
      let data = "\"" + String(repeating: "x", count: 1 << 20) + "\""
      for _ in 0..<6 { _ = try await test.store.append([samples.event(data: data)]) }
      let settled = try await test.store.settle(try await test.store.stored(), at: samples.now) { _ in .remove }
      try expectEqual(settled.settled, 4, "how many were dealt with")
      try expectEqual(settled.removed.events, 4, "the events removed")
    },
    StoreRule("a batch's attempts stay until the last of its deliveries goes") { test in
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      try await test.store.record(sample.result(try await sample.claimOne(at: sample.due), .delivered))
      let found = try await test.store.stored()
      let first = try await test.store.settle([found[0]], at: sample.now) { _ in .remove }
      try expectEqual(first.removed.attempts, 0, "the attempts removed with the first")
      try expectEqual(try await test.store.known(sample.ids[1]).attempts.count, 1, "the attempts of the second")
      let second = try await test.store.settle([found[1]], at: sample.now) { _ in .remove }
      try expectEqual(second.removed.attempts, 1, "the attempts removed with the second")
    },
    StoreRule("one that was held for too long is cancelled with the reason, and lets the next of its order go") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.ordering = .fifo }
      try await test.store.insert(webhook)
      let events = [DeliveryState.held, .pending].map { state in
        var event = samples.event(for: [webhook.id], state: state)
        event.deliveries[0].orderKey = 1
        return event
      }
      _ = try await test.store.append(events)
      let held = events[0].deliveries[0].id
      let settled = try await test.store.settle(try await test.store.stored(), at: samples.now) { event in
        event.deliveries.contains { $0.state == .held } ? .expire(event.deliveries.map(\.key)) : .keep
      }
      try expectEqual(settled.removed.expired, 1, "how many were cancelled")
      let delivery = try await test.store.known(held).delivery
      try expectEqual(delivery.state, .cancelled, "the state")
      try expectEqual(delivery.reason, "it was held for longer than the retention allows", "the reason")
      let claim = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.id), [events[1].deliveries[0].id], "what is due")
    },
    StoreRule("old events are found by namespace and age, oldest first") { test in
      let samples = StoreSamples()
      let names = ["a", "b", "a"]
      let events = names.map { samples.event(namespace: $0) }
      _ = try await test.store.append(events)
      let first = try await test.store.namespace(after: nil)
      try expectEqual(first?.name, "a", "the first namespace")
      try expectEqual(try await test.store.namespace(after: first)?.name, "b", "the second")
      try expectEqual(try await test.store.namespace(after: Namespace(stored: "b"))?.name, nil, "the third")
      let all = try await test.store.oldestEvents(in: first, after: .min, accepted: nil, limit: 9)
      try expectEqual(all.map(\.key), [events[0].event.key.key, events[2].event.key.key], "the events of the first")
      let behind = try await test.store.oldestEvents(in: first, after: all[0].key, accepted: nil, limit: 9)
      try expectEqual(behind.map(\.key), [all[1].key], "those behind the first of them")
      let older = SystemTime().now() + .seconds(-7200)
      try expectEqual(try await test.store.oldestEvents(in: first, after: .min, accepted: older, limit: 9), [], "those of before")
    },
    StoreRule("a look at old events ends with the one that makes its deliveries thousands, and the next goes on there") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let many = [WebhookID](repeating: webhook.id, count: 7000)
      let events = [[], many, [], many].map { samples.event(for: $0) }
      for event in events { _ = try await test.store.append([event]) }
      let first = try await test.store.stored()
      try expectEqual(first.map(\.deliveries.count), [0, 7000], "the deliveries of the first look")
      let second = try await test.store.oldestEvents(in: nil, after: first[1].key, accepted: nil, limit: 999)
      try expectEqual(second.map(\.key), events[2...].map(\.event.key.key), "the events of the second")
    },
    StoreRule("old requests of sources go, and are not counted any more") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      for _ in 0..<3 { _ = try await test.store.append(samples.receipt(of: source), events: []) }
      let now = SystemTime().now()
      try expectEqual(try await test.store.removeReceipts(before: now + .seconds(-3600), limit: 9).receipts, 0, "those of before")
      try expectEqual(try await test.store.removeReceipts(before: now + .seconds(3600), limit: 2).receipts, 2, "those removed at once")
      try expectEqual(
        try await test.store.receipts(ReceiptFilter(source: source.id), before: nil, limit: 9).count, 1, "those that are left")
    },
  ]
}

extension RetentionStore {
  /// Every event.
  fileprivate func stored() async throws -> [StoredEvent] {
    try await oldestEvents(in: nil, after: .min, accepted: nil, limit: 999)
  }
}
