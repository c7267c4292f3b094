// Rules about rounds of tries: when the one began that a due delivery belongs to, for the deadline of its webhook's policy.

import TidehookCore

extension StoreConformance {
  static let rounds: [StoreRule] = [
    StoreRule("the first round begins when the event is accepted, and its retries belong to it") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let event = samples.event(acceptedAt: samples.now + .seconds(3), for: [webhook.id])
      _ = try await test.store.append([event])
      try expectEqual(try await test.store.roundBegan(webhook, by: samples.now + .seconds(3)), samples.now + .seconds(3), "the start")
      let (id, due) = (event.deliveries[0].id, samples.now + .seconds(60))
      try await test.store.record(samples.result(id, .retrying, status: 500, nextAttemptAt: due))
      let store = try await test.restart()
      try expectEqual(try await store.roundBegan(webhook, by: due), samples.now + .seconds(3), "the start, after a retry and a restart")
    },
    StoreRule("a replay begins another round") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.seed(samples, webhook, isLeased: true).deliveries[0].id
      try await test.store.record(samples.result(id, .dead, status: 500))
      let later = samples.now + .seconds(1000)
      _ = try await test.store.replay(id, at: later, runs: .current)
      try expectEqual(try await test.store.roundBegan(webhook, by: later), later, "the start")
      try await test.store.record(samples.result(id, .retrying, number: 2, status: 500, nextAttemptAt: later + .seconds(5)))
      let store = try await test.restart()
      try expectEqual(try await store.roundBegan(webhook, by: later + .seconds(5)), later, "the start, after a retry and a restart")
    },
    StoreRule("what was held begins its deadline anew when its webhook is active again, and keeps its count of tries") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.seed(samples, webhook, isLeased: true).deliveries[0].id
      try await test.store.record(samples.result(id, .retrying, status: 500, nextAttemptAt: samples.now + .seconds(9)))
      let (paused, resumed) = (samples.now + .seconds(20), samples.now + .seconds(1000))
      _ = try await test.store.moveDeliveries(of: webhook.id, from: [.retrying], to: .held, reason: nil, at: paused, limit: 9)
      _ = try await test.store.moveDeliveries(of: webhook.id, from: [.held], to: .pending, reason: nil, at: resumed, limit: 9)
      let due = try await test.store.claim(webhook.id, dueBy: resumed, limit: 9, maxBytes: 1).deliveries
      try expectEqual(due.map(\.roundBeganAt), [resumed], "the start")
      try expectEqual(due.map { $0.attemptCount - $0.earlierAttempts }, [1], "the tries of the round so far")
    },
  ]
}

extension DeliveryQueue {
  /// Claims the webhook's one due delivery and returns when its round began.
  fileprivate func roundBegan(_ webhook: Webhook, by now: Timestamp) async throws -> Timestamp? {
    let due =
      try await claim(webhook.id, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
      + claimReplays(webhook.id, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
    try expectEqual(due.count, 1, "the number of due deliveries")
    return due.first?.roundBeganAt
  }
}
