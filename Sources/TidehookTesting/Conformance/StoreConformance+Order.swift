// Rules about ordered deliveries: of each order key one at a time, in the order of acceptance, whatever becomes of it.

import TidehookCore

extension StoreConformance {
  static let order: [StoreRule] = [
    StoreRule("of each order key the first alone is handed out, and when it ends the next") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 2, 1, nil, nil])
      try expectEqual(try await lane.claim(), [0, 2, 4, 5], "the first claim")
      try expectEqual(try await lane.claim(), [], "a claim while they are under way")
      try expectEqual(try await test.store.backlog(), [:], "the backlog while they are under way")
      try await lane.finish(0, .delivered)
      try expectEqual(try await lane.claim(), [1], "what follows a delivered one")
      try await lane.finish(1, .dead)
      try expectEqual(try await lane.claim(), [3], "what follows a dead one")
      try await lane.finish(2, .filtered)
      try expectEqual(try await lane.claim(), [], "what follows the last of a key")
    },
    StoreRule("one that waits for its next try holds its own key alone, and says when it is due") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 2, 2])
      try expectEqual(try await lane.claim(), [0, 2], "the first claim")
      let due = lane.now + .seconds(60)
      try await lane.finish(0, .retrying, due: due)
      try await lane.finish(2, .delivered)
      try expectEqual(try await lane.claim(), [3], "what the other key hands out")
      let claim = try await test.store.claim(lane.webhook.id, dueBy: lane.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.nextDue, due, "the next due time")
      try expectEqual(try await test.store.backlog(), [lane.webhook.id: due], "the backlog")
      try expectEqual(try await lane.claim(at: due), [0], "what is due then")
    },
    StoreRule("the order of one webhook is not that of another") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      let other = try await OrderedLane(test.store, keys: [1, 1])
      try expectEqual(try await lane.claim(), [0], "the claim of one")
      try expectEqual(try await other.claim(), [0], "the claim of the other")
    },
    StoreRule("what waits for its turn says so, and not when it is due") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      let waiting = try await test.store.known(lane.ids[1]).delivery
      try expectEqual(waiting.nextAttemptAt, nil, "the next attempt")
      try expectEqual(waiting.waitsForTurn, true, "whether it waits")
      try expectEqual(waiting.state, .pending, "the state")
      let first = try await test.store.known(lane.ids[0]).delivery
      try expectEqual(first.waitsForTurn, false, "whether the first waits")
      try expectEqual(first.nextAttemptAt, lane.now, "when the first is due")
    },
    StoreRule("the order outlives a killed process") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 2])
      try expectEqual(try await lane.claim(), [0, 2], "the first claim")
      let store = try await test.restart()
      try expectEqual(try await lane.claim(in: store), [0, 2], "the claim after the restart")
      try await lane.finish(0, .delivered, in: store)
      try expectEqual(try await lane.claim(in: store), [1], "the next one")
    },
    StoreRule("a killed process leaves one turn, whatever was replayed before and after") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1])
      for next in [0, 1] {
        try expectEqual(try await lane.claim(), [next], "the next one")
        try await lane.finish(next, .dead)
      }
      try expectEqual(try await lane.claim(), [2], "the third")
      try await lane.replay(1)
      let store = try await test.restart()
      try await lane.replay(0, in: store)
      for next in [0, 1, 2] {
        try expectEqual(try await lane.claim(in: store), [next], "the next one after the restart")
        try await lane.finish(next, .delivered, in: store)
      }
    },
    StoreRule("one that comes late but was accepted first waits, and a replay of an earlier one makes no second turn") { test in
      let lane = try await OrderedLane(test.store, keys: [1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .dead)
      try await lane.publish(1, 1, reversed: true)
      try await lane.replay(0)
      for next in [0, 1, 2] {
        try expectEqual(try await lane.claim(), [next], "the next one")
        try await lane.finish(next, .delivered)
      }
    },
    StoreRule("the end of what waited gives no second turn to one that came late but was accepted first") { test in
      let lane = try await OrderedLane(test.store, keys: [])
      try await lane.publish(1, 1, 1, reversed: true)
      _ = try await test.store.eraseContent(of: lane.events[1], at: lane.now)
      try expectEqual(try await lane.claim(), [2], "the one that came first")
      try await lane.finish(2, .delivered)
      try expectEqual(try await lane.claim(), [0], "the one that was accepted first")
    },
    StoreRule("what is let go keeps its turn") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      try expectEqual(try await lane.claim(), [0], "the first claim")
      try await test.store.release([lane.ids[0]])
      try expectEqual(try await lane.claim(), [0], "the second claim")
    },
    StoreRule("held and resumed deliveries keep their order, what is published meanwhile comes behind them") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1, 2, 1])
      // In two steps, and back before all are held: two wait, and nobody has the turn.
      try expectEqual(try await lane.move([.pending, .retrying], to: .held, limit: 2), 2, "the number held")
      try expectEqual(try await lane.move([.held], to: .pending, limit: 1), 1, "the number resumed at first")
      try await lane.publish(1)
      try expectEqual(try await lane.move([.held], to: .pending, limit: 9), 1, "the number resumed")
      for next in [0, 1, 2, 4, 5] {
        try expectEqual(try await lane.claim().filter { $0 != 3 }, [next], "the next one")
        try await lane.finish(next, .delivered)
      }
    },
    StoreRule("what is cancelled lets the next go") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1])
      try expectEqual(try await lane.move([.pending], to: .held, limit: 2), 2, "the number held")
      try expectEqual(try await lane.claim(), [], "a claim behind what is held")
      try expectEqual(try await lane.move([.held], to: .cancelled, limit: 9), 2, "the number cancelled")
      try expectEqual(try await lane.claim(), [2], "the one behind")
    },
    StoreRule("a replay takes its place by acceptance: before those that came later and are not under way") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1, 1])
      for next in [0, 1] {
        try expectEqual(try await lane.claim(), [next], "the next one")
        try await lane.finish(next, .dead)
      }
      let due = lane.now + .seconds(60)
      try expectEqual(try await lane.claim(), [2], "the third")
      try await lane.finish(2, .retrying, due: due)
      try await lane.replay(1)
      try await lane.replay(0)
      try expectEqual(try await lane.claim(), [0], "the claim after the replays")
      try await lane.finish(0, .delivered)
      try expectEqual(try await lane.claim(), [1], "the second replay")
      try await lane.finish(1, .delivered)
      try expectEqual(try await lane.claim(), [], "the one that gave up its turn is not due earlier than it was")
      try expectEqual(try await lane.claim(at: due), [2], "it is due when it was")
      try await lane.finish(2, .delivered)
      try expectEqual(try await lane.claim(), [3], "the last")
    },
    StoreRule("a replay waits for what is under way, and goes before its next try") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .dead)
      try expectEqual(try await lane.claim(), [1], "the second")
      try await lane.replay(0)
      try expectEqual(try await lane.claim(), [], "a claim while the second is under way")
      try await lane.finish(1, .retrying, due: lane.now + .seconds(1))
      try expectEqual(try await lane.claim(at: lane.now + .seconds(9)), [0], "the replay")
      try await lane.finish(0, .delivered)
      try expectEqual(try await lane.claim(at: lane.now + .seconds(9)), [1], "the second again")
    },
    StoreRule("while one that came later is under way, the end of another gives no second turn") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .dead)
      try expectEqual(try await lane.claim(), [1], "the second")
      try await lane.replay(0)
      try expectEqual(try await lane.move([.pending], to: .held, limit: 9), 2, "the number held: the first and the third")
      try expectEqual(try await lane.move([.held], to: .pending, limit: 1), 1, "the number resumed")
      try expectEqual(try await lane.move([.held], to: .cancelled, limit: 9), 1, "the number cancelled")
      try expectEqual(try await lane.claim(), [], "a claim while the second is under way")
      try await lane.finish(1, .delivered)
      try expectEqual(try await lane.claim(), [0], "the first again")
    },
    StoreRule("one that is let go untried gives its turn to what was accepted before it") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .dead)
      try expectEqual(try await lane.claim(), [1], "the second")
      try await lane.replay(0)
      try await test.store.release([lane.ids[1]])
      try expectEqual(try await lane.claim(), [0], "the first again")
      try await lane.finish(0, .delivered)
      try expectEqual(try await lane.claim(), [1], "the second again")
    },
    StoreRule("a retry that is replayed keeps its turn") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .retrying, due: lane.now + .seconds(60))
      try await lane.replay(0)
      try expectEqual(try await lane.claim(), [0], "the replay")
    },
    StoreRule("a replay of a webhook that has no order any more waits for nobody") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      try await lane.finish(0, .retrying, due: lane.now + .seconds(60))
      var webhook = lane.webhook
      webhook.ordering = .unordered
      webhook.revision += 1
      try await test.store.update(webhook)
      try await lane.replay(0)
      try expectEqual(try await lane.claim(), [1], "the one behind")
      let replays = try await test.store.claimReplays(lane.webhook.id, dueBy: lane.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(replays.deliveries.map(\.id), [lane.ids[0]], "the replay")
    },
  ]
}

/// A webhook with one event for each order key, named by their number.
final class OrderedLane {
  let samples = StoreSamples()
  let webhook: Webhook
  private let store: any FullStore
  private(set) var ids: [DeliveryID] = []
  private(set) var events: [EventID] = []

  var now: Timestamp { samples.now }

  init(_ store: any FullStore, keys: [Int64?]) async throws {
    self.store = store
    webhook = try samples.webhook { $0.ordering = .fifo }
    try await store.insert(webhook)
    for key in keys { try await publish(key) }
  }

  /// - Parameter isReversed: whether the last that was accepted is the first that comes to the store.
  func publish(_ keys: Int64?..., reversed isReversed: Bool = false) async throws {
    let new = keys.map { key in
      var event = samples.event(for: [webhook.id])
      event.deliveries[0].orderKey = key
      return event
    }
    ids += new.map { $0.deliveries[0].id }
    events += new.map(\.event.id)
    for event in isReversed ? new.reversed() : new {
      try expectEqual(try await store.append([event]), [.stored], "the result of an append")
    }
  }

  func claim(at time: Timestamp? = nil, in other: (any FullStore)? = nil) async throws -> [Int] {
    let claim = try await (other ?? store).claim(webhook.id, dueBy: time ?? now, limit: 99, maxBytes: 1 << 20)
    return claim.deliveries.compactMap { ids.firstIndex(of: $0.id) }.sorted()
  }

  func finish(_ index: Int, _ state: DeliveryState, due: Timestamp? = nil, in other: (any FullStore)? = nil) async throws {
    var result = samples.result(ids[index], state, status: state == .retrying ? 500 : 200, nextAttemptAt: due)
    result.isOrdered = true
    try await (other ?? store).record(result)
  }

  func move(_ states: [DeliveryState], to state: DeliveryState, limit: Int) async throws -> Int {
    try await store.moveDeliveries(of: webhook.id, from: states, to: state, reason: nil, at: now, limit: limit)
  }

  func replay(_ index: Int, in other: (any FullStore)? = nil) async throws {
    try expectEqual(try await (other ?? store).replay(ids[index], at: now, runs: .current), .queued(webhook.id), "the replay of \(index)")
  }
}
