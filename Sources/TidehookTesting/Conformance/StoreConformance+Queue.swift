// Rules about handing out deliveries: in due order, to one holder at a time, again when the holder let go or died.

import TidehookCore

extension StoreConformance {
  static let queue: [StoreRule] = [
    StoreRule("a delivery that is born leased is not handed out; any other is") { test in
      let samples = StoreSamples()
      let (held, free) = (try samples.webhook(), try samples.webhook())
      _ = try await test.store.seed(samples, held, isLeased: true)
      let event = try await test.store.seed(samples, free)
      try expectEqual(try await test.store.backlog(), [free.id: samples.now], "the backlog")
      try expectEqual(try await test.store.claimIDs(held.id, samples.now), [], "the claim of the leased one")
      let claim = try await test.store.claim(free.id, dueBy: samples.now, limit: 10, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.id), event.deliveries.map(\.id), "the claim")
      try expectEqual(claim.deliveries.first?.event.payload, event.event.payload, "the payload")
      try expectEqual(claim.deliveries.first?.trigger, .first, "the trigger")
      try expectEqual(claim.deliveries.first?.attemptCount, 0, "the attempts")
      try expectEqual(claim.nextDue, nil, "the next due time")
      try expectEqual(try await test.store.backlog(), [:], "the backlog after the claim")
    },
    StoreRule("claims come in due order, up to the limit, and say when the next is due") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let events = [30, 10, 20, 40].map { samples.event(acceptedAt: samples.now + .seconds($0), for: [webhook.id]) }
      _ = try await test.store.append(events)
      let inOrder = [1, 2, 0, 3].map { events[$0].deliveries[0].id }
      try expectEqual(try await test.store.backlog(), [webhook.id: samples.now + .seconds(10)], "the backlog")
      let early = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(early.deliveries.count, 0, "what is due too early")
      try expectEqual(early.nextDue, samples.now + .seconds(10), "the first due time")
      let first = try await test.store.claim(webhook.id, dueBy: samples.now + .seconds(35), limit: 2, maxBytes: 1 << 20)
      try expectEqual(first.deliveries.map(\.id), Array(inOrder[..<2]), "the first claim")
      try expectEqual(first.nextDue, samples.now + .seconds(30), "the next due time")
      let second = try await test.store.claim(webhook.id, dueBy: samples.now + .seconds(35), limit: 9, maxBytes: 1 << 20)
      try expectEqual(second.deliveries.map(\.id), [inOrder[2]], "the second claim")
      try expectEqual(second.nextDue, samples.now + .seconds(40), "the last due time")
    },
    StoreRule("what a receiver asked for is found again while a delivery waits for its next try") { test in
      let samples = StoreSamples()
      let (webhook, other) = (try samples.webhook(), try samples.webhook())
      for webhook in [webhook, other] { try await test.store.insert(webhook) }
      let statuses = [429, 500, 503, 429, 429]
      let events = statuses.map { _ in samples.event(for: [webhook.id], isLeased: true) }
      _ = try await test.store.append(events)
      let due = samples.now + .seconds(300)
      for (index, status) in statuses.enumerated() {
        let isLast = index == 4
        var result = samples.result(
          events[index].deliveries[0].id, isLast ? .dead : .retrying, status: status, nextAttemptAt: isLast ? nil : due + .seconds(index))
        if index != 3 { result.attempt?.response?.headers.append(HeaderField("retry-after", "\(300 + index)")) }
        try await test.store.record(result)
      }
      let store = try await test.restart()
      let found = try await store.askedPauses(of: [webhook.id, other.id], after: samples.now)
      let answered = samples.now + .seconds(1) + .microseconds(1234)
      let wanted = ["300", "302"].map {
        AskedPause(webhook: webhook.id, url: "https://example.com/hook", answeredAt: answered, retryAfter: $0)
      }
      try expectEqual(found.sorted { $0.retryAfter < $1.retryAfter }, wanted, "what was asked for")
      let later = try await store.askedPauses(of: [webhook.id], after: due)
      try expectEqual(later.map(\.retryAfter).sorted(), ["300", "302"], "what was asked for when the first is due")
    },
    StoreRule("what a receiver asked of a batch is found again, whichever of its members are left") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      var result = sample.result(batch, .retrying, nextAttemptAt: sample.due + .seconds(300))
      // Another of its deliveries had failed before it was collected: the numbers of their attempts differ.
      result.attempt?.number = 2
      result.attempt?.response = ReceivedResponse(status: 503, headers: [HeaderField("Retry-After", "300")])
      try await test.store.record(result)
      let before = try await test.store.askedPauses(of: [sample.webhook], after: sample.due)
      try expectEqual(Set(before.map(\.retryAfter)), ["300"], "what was asked for")
      let replayed = try await test.store.replay(batch.members[0].id, at: sample.due, runs: .current)
      try expectEqual(replayed, .queued(sample.webhook), "the replay of the first of them")
      let store = try await test.restart()
      let after = try await store.askedPauses(of: [sample.webhook], after: sample.due)
      try expectEqual(Set(after.map(\.retryAfter)), ["300"], "what was asked for without the first")
    },
    StoreRule("what a receiver asked for is found again while what it refused is held, or was replayed") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let events = (0..<3).map { _ in samples.event(for: [webhook.id], isLeased: true) }
      _ = try await test.store.append(events + [samples.event(for: [webhook.id])])
      let ids = events.map { $0.deliveries[0].id }
      for (index, id) in ids.enumerated() {
        // The last was under way when the webhook became inactive.
        let state: DeliveryState = index == 2 ? .held : .retrying
        var result = samples.result(id, state, status: 429, nextAttemptAt: index == 2 ? nil : samples.now + .seconds(300))
        result.attempt?.response?.headers.append(HeaderField("retry-after", "\(300 + index)"))
        try await test.store.record(result)
      }
      _ = try await test.store.replay(ids[1], at: samples.now, runs: .current)
      let store = try await test.restart()
      let found = try await store.askedPauses(of: [webhook.id], after: samples.now)
      try expectEqual(found.map(\.retryAfter).sorted(), ["300", "301", "302"], "what was asked for")
      let moved = try await store.moveDeliveries(
        of: webhook.id, from: DeliveryCause.webhookInactive.storedSources, to: .held, reason: nil, at: samples.now, limit: 9)
      try expectEqual(moved, 3, "the number of those that become held")
      let held = try await store.askedPauses(of: [webhook.id], after: samples.now)
      try expectEqual(held.map(\.retryAfter).sorted(), ["300", "301", "302"], "what was asked for by those that are held")
    },
    StoreRule("a claim stops at its bytes but always brings one") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let data = "{\"x\":\"" + String(repeating: "x", count: 1000) + "\"}"
      let events = (0..<3).map { _ in samples.event(data: data, for: [webhook.id]) }
      _ = try await test.store.append(events)
      try expectEqual(try await test.store.claimIDs(webhook.id, samples.now, maxBytes: 1).count, 1, "a tiny claim")
      let claim = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1500)
      try expectEqual(claim.deliveries.count, 1, "a claim with room for one")
      try expectEqual(claim.nextDue, samples.now, "the next due time")
    },
    StoreRule("no delivery is handed out twice") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      _ = try await test.store.append((0..<200).map { _ in samples.event(for: [webhook.id]) })
      let claimed = try await withThrowingTaskGroup(of: [DeliveryID].self) { group in
        for _ in 0..<50 { group.addTask { try await test.store.claimIDs(webhook.id, samples.now, limit: 7) } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      try expectEqual(claimed.count, 200, "the number of claimed deliveries")
      try expectEqual(Set(claimed).count, 200, "the number of different ones")
    },
    StoreRule("what is released can be claimed again, still in due order") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook)
      let ids = try await test.store.claimIDs(webhook.id, samples.now)
      try await test.store.release(ids)
      try await test.store.release(ids)
      try expectEqual(try await test.store.backlog(), [webhook.id: samples.now], "the backlog")
      try expectEqual(try await test.store.claimIDs(webhook.id, samples.now), event.deliveries.map(\.id), "the second claim")
    },
    StoreRule("a delivery born leased can be released") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      try await test.store.release(event.deliveries.map(\.id))
      try expectEqual(try await test.store.claimIDs(webhook.id, samples.now), event.deliveries.map(\.id), "the claim")
    },
    StoreRule("what a dead process held can be claimed after a restart") { test in
      let samples = StoreSamples()
      let (born, claimed) = (try samples.webhook(), try samples.webhook())
      let first = try await test.store.seed(samples, born, isLeased: true)
      let second = try await test.store.seed(samples, claimed)
      _ = try await test.store.claimIDs(claimed.id, samples.now)
      let store = try await test.restart()
      try expectEqual(try await store.backlog(), [born.id: samples.now, claimed.id: samples.now], "the backlog")
      try expectEqual(try await store.claimIDs(born.id, samples.now), first.deliveries.map(\.id), "the first claim")
      try expectEqual(try await store.claimIDs(claimed.id, samples.now), second.deliveries.map(\.id), "the second claim")
    },
    StoreRule("a held delivery is not due") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.isActive = false }
      try await test.store.insert(webhook)
      let event = samples.event(for: [webhook.id], state: .held)
      _ = try await test.store.append([event])
      try expectEqual(try await test.store.backlog(), [:], "the backlog")
      try expectEqual(try await test.store.claimIDs(webhook.id, samples.now), [], "the claim")
      let delivery = try await test.store.known(event.deliveries[0].id).delivery
      try expectEqual(delivery.state, .held, "the state")
      try expectEqual(delivery.nextAttemptAt, nil, "the next attempt")
    },
  ]
}

extension DeliveryQueue {
  /// Claims and returns the ids.
  func claimIDs(_ webhook: WebhookID, _ now: Timestamp, limit: Int = 100, maxBytes: Int = 1 << 20) async throws -> [DeliveryID] {
    try await claim(webhook, dueBy: now, limit: limit, maxBytes: maxBytes).deliveries.map(\.id)
  }
}
