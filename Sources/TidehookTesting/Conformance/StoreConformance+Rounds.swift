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
    StoreRule("what waits for its turn begins its deadline with the turn, and a retry that lends its turn keeps its own") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.ordering = .fifo }
      try await test.store.insert(webhook)
      let events = (0..<3).map { _ in samples.event(for: [webhook.id]) }
      let ids = events.map { $0.deliveries[0].id }
      _ = try await test.store.append(events.map { $0.ordered(by: 1) })
      try expectEqual(try await test.store.roundBegan(webhook, by: samples.now), samples.now, "the start of the first")
      let turn = try await test.store.finish(ids[0], samples, .dead, number: 900)
      try expectEqual(try await test.store.roundBegan(webhook, by: turn), turn, "the start of the second")
      let due = samples.now + .seconds(1000)
      try await test.store.finish(ids[1], samples, .retrying, number: 901, nextAttemptAt: due)
      try expectEqual(try await test.store.replay(ids[0], at: turn, runs: .current), .queued(webhook.id), "a replay of the first")
      try expectEqual(try await test.store.roundBegan(webhook, by: turn), turn, "the start of the replay")
      try await test.store.finish(ids[0], samples, .delivered, number: 950)
      try expectEqual(try await test.store.roundBegan(webhook, by: due), turn, "the start of the second, which was tried before")
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

extension NewEvent {
  /// The event with its delivery in an order.
  fileprivate func ordered(by key: Int64) -> NewEvent {
    var event = self
    for index in event.deliveries.indices { event.deliveries[index].orderKey = key }
    return event
  }
}

extension DeliveryQueue {
  /// Records the outcome of an ordered delivery, and returns when that was: so many seconds after the samples' time.
  @discardableResult
  fileprivate func finish(
    _ id: DeliveryID, _ samples: StoreSamples, _ state: DeliveryState, number: Int, nextAttemptAt: Timestamp? = nil
  ) async throws -> Timestamp {
    var result = samples.result(id, state, number: number, status: state == .delivered ? 200 : 500, nextAttemptAt: nextAttemptAt)
    result.isOrdered = true
    try await record(result)
    return result.at
  }

  /// Claims the webhook's one due delivery and returns when its round began.
  fileprivate func roundBegan(_ webhook: Webhook, by now: Timestamp) async throws -> Timestamp? {
    let due =
      try await claim(webhook.id, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
      + claimReplays(webhook.id, dueBy: now, limit: 9, maxBytes: 1 << 20).deliveries
    try expectEqual(due.count, 1, "the number of due deliveries")
    return due.first?.roundBeganAt
  }
}
