// Rules about moving deliveries between states in bulk.

import TidehookCore

extension StoreConformance {
  static let moves: [StoreRule] = [
    StoreRule("open deliveries move to held and back, due at once unless they were to be tried again later") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let (waiting, retried) = (samples.event(for: [webhook.id]), samples.event(for: [webhook.id], isLeased: true))
      _ = try await test.store.append([waiting, retried])
      let due = samples.now + .seconds(60)
      try await test.store.record(samples.result(retried.deliveries[0].id, .retrying, status: 503, nextAttemptAt: due))
      let later = samples.now + .seconds(5)
      let held = try await test.store.moveDeliveries(
        of: webhook.id, from: [.pending, .retrying], to: .held, reason: "paused", at: later, limit: 10)
      try expectEqual(held, 2, "the number of held ones")
      try expectEqual(try await test.store.backlog(), [:], "the backlog")
      let delivery = try await test.store.known(waiting.deliveries[0].id).delivery
      try expectEqual(delivery.state, .held, "the state")
      try expectEqual(delivery.reason, "paused", "the reason")
      try expectEqual(delivery.updatedAt, later, "the time of change")
      let resumed = try await test.store.moveDeliveries(of: webhook.id, from: [.held], to: .pending, reason: nil, at: later, limit: 10)
      try expectEqual(resumed, 2, "the number of resumed ones")
      let claim = try await test.store.claim(webhook.id, dueBy: later, limit: 10, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.attemptCount), [0], "the counts of what is due")
      try expectEqual(claim.nextDue, due, "when the other one is due")
      let retry = try await test.store.claim(webhook.id, dueBy: due, limit: 10, maxBytes: 1 << 20)
      try expectEqual(retry.deliveries.map(\.attemptCount), [1], "the counts of what is due then")
      try expectEqual(retry.deliveries.map(\.roundBeganAt), [later], "from when its deadline counts")
    },
    StoreRule("what is held and resumed again and again is due when it was, also after a restart, and a replay is due at once") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let due = samples.now + .seconds(60)
      try await test.store.record(samples.result(event.deliveries[0].id, .retrying, status: 503, nextAttemptAt: due))
      var store = test.store
      for second in 1...3 {
        for (from, to) in [([DeliveryState.pending, .retrying], DeliveryState.held), ([.held], .pending)] {
          let now = samples.now + .seconds(second)
          let moved = try await store.moveDeliveries(of: webhook.id, from: from, to: to, reason: nil, at: now, limit: 10)
          try expectEqual(moved, 1, "the number moved")
          if second == 2 { store = try await test.restart() }
        }
        try expectEqual(try await store.backlog(), [webhook.id: due], "when it is due")
      }
      try expectEqual(try await store.known(event.deliveries[0].id).delivery.state, .retrying, "the state")
      let now = samples.now + .seconds(5)
      _ = try await store.moveDeliveries(of: webhook.id, from: [.retrying], to: .held, reason: nil, at: now, limit: 10)
      try expectEqual(try await store.replay(event.deliveries[0].id, at: now, runs: .current), .queued(webhook.id), "a replay")
      try expectEqual(try await store.replayBacklog(), [webhook.id: now], "when the replay is due")
    },
    StoreRule("a move stops at its limit, and never touches another webhook") { test in
      let samples = StoreSamples()
      let (webhook, other) = (try samples.webhook(), try samples.webhook())
      try await test.store.insert(webhook)
      try await test.store.insert(other)
      _ = try await test.store.append((0..<5).map { _ in samples.event(for: [webhook.id, other.id]) })
      var moved: [Int] = []
      for _ in 0..<4 {
        moved.append(
          try await test.store.moveDeliveries(
            of: webhook.id, from: [.pending, .retrying, .held], to: .cancelled, reason: "gone", at: samples.now, limit: 2))
      }
      try expectEqual(moved, [2, 2, 1, 0], "the numbers moved")
      let left = try await test.store.deliveries(DeliveryFilter(states: [.pending]), before: nil, limit: 100)
      try expectEqual(left.map(\.webhookID), left.map { _ in other.id }, "whose deliveries are left")
      try expectEqual(left.count, 5, "the number left")
    },
    StoreRule("a delivery that somebody holds is not moved") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let moved = try await test.store.moveDeliveries(
        of: webhook.id, from: [.pending], to: .cancelled, reason: nil, at: samples.now, limit: 9)
      try expectEqual(moved, 0, "the number moved")
      try await test.store.record(samples.result(event.deliveries[0].id))
    },
  ]
}
