// Rules about moving deliveries between states in bulk, and about replays.

import TidehookCore

extension StoreConformance {
  static let moves: [StoreRule] = [
    StoreRule("open deliveries move to held and back, due at once") { test in
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
      try expectEqual(claim.deliveries.map(\.attemptCount).sorted(), [0, 1], "the counts of what is due")
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
      let left = try await test.store.deliveries(DeliveryFilter(state: .pending), before: nil, limit: 100)
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

  static let replays: [StoreRule] = [
    StoreRule("whatever is finished or waiting can be replayed, with a fresh round of tries") { test in
      for state in [DeliveryState.delivered, .dead, .filtered, .held, .cancelled, .retrying] {
        let samples = StoreSamples()
        let webhook = try samples.webhook()
        let event = try await test.store.seed(samples, webhook, isLeased: true)
        let (id, later) = (event.deliveries[0].id, samples.now + .seconds(500))
        let due = state == .retrying ? later : nil
        try await test.store.record(samples.result(id, state, number: 4, status: 500, nextAttemptAt: due))
        try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .queued(webhook.id), "the replay of \(state)")
        try expectEqual(try await test.store.known(id).delivery.reason, nil, "the reason")
        let claim = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1)
        try expectEqual(claim.deliveries.map(\.trigger), [.manual], "the trigger")
        try expectEqual(claim.deliveries.map(\.attemptCount), [4], "the count")
        try expectEqual(claim.deliveries.map(\.earlierAttempts), [4], "the earlier attempts")
        try await test.store.record(samples.result(id, number: 5))
        try expectEqual(try await test.store.known(id).attempts.map(\.number), [4, 5], "the attempts")
      }
    },
    StoreRule("what is pending or under way is not replayed, what is unknown neither") { test in
      let samples = StoreSamples()
      let (webhook, id) = (try samples.webhook(), DeliveryID(samples.ids.next()))
      let event = try await test.store.seed(samples, webhook)
      try expectEqual(try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .current), .refused(.pending), "a pending one")
      _ = try await test.store.claimIDs(webhook.id, samples.now)
      try await test.store.record(samples.result(event.deliveries[0].id, .retrying, status: 500, nextAttemptAt: samples.now))
      _ = try await test.store.claimIDs(webhook.id, samples.now)
      try expectEqual(try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .current), .refused(.retrying), "one under way")
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .unknown, "an unknown one")
      let guessed = DeliveryID(TimeOrderedID(key: event.deliveries[0].id.key, entropy: 0))
      try expectEqual(try await test.store.replay(guessed, at: samples.now, runs: .current), .unknown, "one with half an id")
      try expect(try await test.store.delivery(guessed) == nil, "no delivery for half an id")
    },
    StoreRule("nothing is replayed to an inactive or deleted webhook") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let id = event.deliveries[0].id
      try await test.store.record(samples.result(id, .dead, status: 500))
      (webhook.revision, webhook.isActive) = (2, false)
      try await test.store.update(webhook)
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .refused(.dead), "the replay to an inactive one")
      (webhook.revision, webhook.isActive) = (3, true)
      try await test.store.update(webhook)
      try await test.store.delete(webhook.id)
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .refused(.dead), "the replay to a deleted one")
    },
  ]
}
