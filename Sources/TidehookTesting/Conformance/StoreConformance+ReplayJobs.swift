// Rules about replays that run as jobs: what is found, that nothing is replayed twice, and what a restart leaves.

import TidehookCore

extension StoreConformance {
  static let replayJobs: [StoreRule] = [
    StoreRule("a search finds what was asked for, in the order of keys, and ends") { test in
      let job = try await ReplaySample(test.store)
      let dead = try await job.deliveries(5, .dead)
      let filtered = try await job.deliveries(2, .filtered)
      let delivered = try await job.deliveries(2, .delivered)
      try expectEqual(try await job.found(ReplayRequest()), dead, "the dead ones")
      try expectEqual(try await job.found(ReplayRequest(states: [.filtered, .dead])), dead + filtered, "those of two states")
      try expectEqual(try await job.found(ReplayRequest(states: [.delivered, .dead])), dead + delivered, "the dead and the delivered")
      try expectEqual(try await job.found(ReplayRequest(), limit: 2), dead, "the dead ones, two at a time")
      try expectEqual(try await job.found(ReplayRequest(error: "ANSWERED 500")), dead, "those with a text")
      try expectEqual(try await job.found(ReplayRequest(error: "status: the")), dead, "those whose last failure has a text")
      try expectEqual(try await job.found(ReplayRequest(error: "dns")), [], "those with another text")
      try expectEqual(try await job.found(ReplayRequest(since: job.samples.now + .seconds(1))), [], "those of later")
      try expectEqual(try await job.found(ReplayRequest(until: job.samples.now)), [], "those of before")
      let tomorrow = SystemTime().now() + .seconds(86_400)
      try expectEqual(try await job.found(ReplayRequest(since: job.samples.now, until: tomorrow)), dead, "those of then")
    },
    StoreRule("a step makes what was found due as replays, counts it, and moves on") { test in
      let job = try await ReplaySample(test.store)
      let dead = try await job.deliveries(3, .dead)
      let id = try await job.begin()
      let first = try await job.step(id, at: 0, limit: 2)
      try expectEqual(first.step.replayed, 2, "the count of the first step")
      let claim = try await test.store.claimReplays(job.webhook.id, dueBy: job.samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.id), Array(dead.prefix(2)), "what is due")
      try expectEqual(claim.deliveries.map(\.trigger), [.manual, .manual], "the triggers")
      try expectEqual(claim.deliveries.map(\.earlierAttempts), [1, 1], "the earlier attempts")
      let second = try await job.step(id, at: first.position, limit: 2)
      try expectEqual(second.step.replayed, 1, "the count of the second step")
      try expectEqual(try await test.store.replay(id)?.replayed, 3, "the count")
      try expectEqual(try await test.store.runningReplays().map(\.parts.count), [0], "the parts that are left")
    },
    StoreRule("the end has gone through all that was counted: more is counted as well, what vanished is left out") { test in
      let (many, few) = (try await ReplaySample(test.store), try await ReplaySample(test.store))
      _ = try await many.deliveries(5, .dead)
      _ = try await few.deliveries(1, .dead)
      for (job, total, replayed, skipped) in [(many, 5, 5, 0), (few, 3, 1, 2)] {
        let id = try await job.begin()
        _ = try await job.step(id, at: 0, limit: 9)
        try expect(try await test.store.end(id, as: .done, at: job.samples.now), "an end")
        let replay = try await test.store.replay(id)
        try expectEqual(replay?.total, total, "the total")
        try expectEqual([replay?.replayed, replay?.skipped], [replayed, skipped], "the counts")
      }
    },
    StoreRule("a step that was taken is not taken again, also after a restart") { test in
      let job = try await ReplaySample(test.store)
      _ = try await job.deliveries(3, .dead)
      let id = try await job.begin()
      let first = try await job.step(id, at: 0, limit: 1)
      try await expectError(.stale, "the same step") { () throws(StoreError) in _ = try await job.step(id, at: 0, limit: 1) }
      let store = try await test.restart()
      let running = try await store.runningReplays()
      try expectEqual(running.map(\.replay.id), [id], "what is running")
      try expectEqual(running.first?.parts.map(\.position), [first.position], "where it goes on")
      try expectEqual(running.first?.replay.total, 3, "the total")
    },
    StoreRule("what changed since it was found is left alone and counted") { test in
      let job = try await ReplaySample(test.store)
      let dead = try await job.deliveries(2, .dead)
      let id = try await job.begin()
      let part = ReplayPart(webhook: job.webhook.id, kind: .deliveries)
      let found = try await test.store.search(part, of: ReplayRequest(), for: job.webhook, upTo: .max, limit: 9)
      _ = try await test.store.replay(dead[0], at: job.samples.now, runs: .current)
      let step = try await test.store.advance(id, part, to: found, runs: .current, ids: [], at: job.samples.now)
      try expectEqual([step.replayed, step.skipped], [1, 1], "the counts")
    },
    StoreRule("a replay that has ended goes no further, and ends once") { test in
      let job = try await ReplaySample(test.store)
      _ = try await job.deliveries(1, .dead)
      let id = try await job.begin()
      try expect(try await test.store.end(id, as: .cancelled, at: job.samples.now), "an end")
      try expect(try await !test.store.end(id, as: .done, at: job.samples.now), "no second end")
      try await expectError(.stale, "a step after the end") { () throws(StoreError) in _ = try await job.step(id, at: 0, limit: 1) }
      try expectEqual(try await test.store.replayBacklog(), [:], "the replays that are due")
      try expectEqual(try await test.store.replay(id)?.state, .cancelled, "the state")
      try expectEqual(try await test.store.runningReplays().count, 0, "what is running")
    },
    StoreRule("nothing is made due for an inactive webhook") { test in
      let job = try await ReplaySample(test.store)
      _ = try await job.deliveries(1, .dead)
      let id = try await job.begin()
      var webhook = job.webhook
      (webhook.revision, webhook.isActive) = (2, false)
      try await test.store.update(webhook)
      try await expectError(.stale, "a step") { () throws(StoreError) in _ = try await job.step(id, at: 0, limit: 1) }
    },
    StoreRule("an event that has no delivery gets one, once") { test in
      let job = try await ReplaySample(test.store)
      _ = try await job.deliveries(1, .dead)
      let events = (0..<3).map { _ in job.samples.event() }
      _ = try await test.store.append(events + [job.samples.event(type: "order.paid"), job.samples.event(namespace: "other")])
      let type = EventPattern.exactly(events[0].event.type)
      let request = ReplayRequest(states: [], includesMissing: true, types: [type], namespace: .default)
      let id = try await job.begin(request, .missing)
      let first = try await job.step(id, at: 0, limit: 2, .missing, request)
      try expectEqual(first.step.created, 2, "the count of the first step")
      _ = try await job.step(id, at: first.position, limit: 9, .missing, request)
      try expectEqual(try await test.store.replay(id)?.created, 3, "the count")
      let claim = try await test.store.claimReplays(job.webhook.id, dueBy: job.samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.event.id), events.map(\.event.id), "the events that are due")
      try expectEqual(claim.deliveries.map(\.attemptCount), [0, 0, 0], "the attempts so far")
      try expectEqual(try await job.found(request, .missing), [], "what is missing still")
    },
    StoreRule("a missing delivery of an ordered webhook takes its place by acceptance") { test in
      let job = try await ReplaySample(test.store) { $0.ordering = .fifo }
      let events = (0..<3).map { _ in job.samples.event() }
      _ = try await test.store.append(events)
      let request = ReplayRequest(states: [], includesMissing: true)
      let id = try await job.begin(request, .missing)
      _ = try await job.step(id, at: 0, limit: 9, .missing, request)
      for event in events {
        let claim = try await test.store.claim(job.webhook.id, dueBy: job.samples.now, limit: 9, maxBytes: 1 << 20)
        try expectEqual(claim.deliveries.map(\.event.id), [event.event.id], "what has its turn")
        try expectEqual(claim.deliveries.map(\.trigger), [.manual], "the trigger")
        var result = job.samples.result(claim.deliveries[0].id)
        result.isOrdered = true
        try await test.store.record(result)
      }
    },
    StoreRule("a replay of the originals pins them, and leaves out what has none") { test in
      let job = try await ReplaySample(test.store)
      _ = try await job.deliveries(1, .dead)
      let never = job.samples.event(for: [job.webhook.id], isLeased: true)
      _ = try await test.store.append([never])
      let transition = Transition(.dead, reason: "never tried")
      try await test.store.record(
        CompletedDelivery(id: never.deliveries[0].id, attempt: nil, transition: transition, at: job.samples.now))
      let id = try await job.begin()
      let step = try await job.step(id, at: 0, limit: 9, runs: .original).step
      try expectEqual([step.replayed, step.skipped], [1, 1], "the counts")
      let claim = try await test.store.claimReplays(job.webhook.id, dueBy: job.samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.pinned?.revision), [3], "the pinned revision")
    },
    StoreRule("so many replays run at once and no more, and a list shows those that a key may see") { test in
      let job = try await ReplaySample(test.store)
      let mine = try await job.begin(ReplayRequest(scope: [Namespace(stored: "mine")]))
      for _ in 1..<ReplayLimits.running { _ = try await job.begin() }
      let replay = Replay(id: ReplayID(job.samples.ids.next()), request: ReplayRequest(), madeBy: "x", createdAt: job.samples.now)
      try expect(try await !test.store.insert(replay, parts: []), "no more than \(ReplayLimits.running) replays")
      let key = Principal(name: "key", namespaces: [Namespace(stored: "mine")])
      try expectEqual(try await test.store.replays(visibleTo: key, before: nil, limit: 9).map(\.id), [mine], "what the key sees")
      let all = try await test.store.replays(visibleTo: .admin, before: nil, limit: 99).map(\.id)
      try expectEqual(all, all.sorted(by: >), "the order")
      try expectEqual(all.count, ReplayLimits.running, "the number")
      try expectEqual(
        try await test.store.replays(visibleTo: .admin, before: all[0].key, limit: 1).map(\.id), [all[1]], "the second page")
    },
    StoreRule("a replay reads back as it was asked for") { test in
      let job = try await ReplaySample(test.store)
      let request = ReplayRequest(
        webhook: job.webhook.id, states: [.dead, .retrying], includesMissing: true, types: [.everything, .below("memory.")],
        namespace: Namespace(stored: "n"), since: job.samples.now, until: job.samples.now + .seconds(1), error: "x \"y\"",
        versions: .original, rate: 7, limits: [Namespace(stored: "a")], scope: [])
      let id = try await job.begin(request)
      try expectEqual(try await test.restart().replay(id)?.request, request, "the request")
    },
  ]
}

/// A webhook with deliveries, and a replay of them.
private struct ReplaySample: Sendable {
  let store: any FullStore
  let samples = StoreSamples()
  let webhook: Webhook

  init(_ store: any FullStore, _ change: (inout Webhook) -> Void = { _ in }) async throws {
    self.store = store
    webhook = try samples.webhook(change)
    try await store.insert(webhook)
  }

  /// Stores deliveries that ended so after one attempt.
  func deliveries(_ count: Int, _ state: DeliveryState) async throws -> [DeliveryID] {
    let events = (0..<count).map { _ in samples.event(for: [webhook.id], isLeased: true) }
    _ = try await store.append(events)
    let ids = events.map(\.deliveries[0].id)
    for id in ids { try await store.record(samples.result(id, state, status: state == .dead ? 500 : 200)) }
    return ids
  }

  /// Everything that a search finds, step by step.
  func found(
    _ request: ReplayRequest, _ kind: ReplayPart.Kind = .deliveries, limit: Int = 9
  ) async throws -> [DeliveryID] {
    var part = ReplayPart(webhook: webhook.id, kind: kind)
    var found: [DeliveryID] = []
    while true {
      let finding = try await store.search(part, of: request, for: webhook, upTo: .max, limit: limit)
      found += finding.candidates.map { DeliveryID($0.key) }
      if finding.isAtEnd { return found }
      part.position = finding.position
    }
  }

  /// Stores a replay that has counted three deliveries.
  func begin(_ request: ReplayRequest = ReplayRequest(), _ kind: ReplayPart.Kind = .deliveries) async throws -> ReplayID {
    let replay = Replay(id: ReplayID(samples.ids.next()), request: request, madeBy: "key", createdAt: samples.now)
    let parts = [ReplayPart(webhook: webhook.id, kind: kind)]
    try expect(try await store.insert(replay, parts: parts), "a new replay")
    try await store.begin(replay.id, total: 3, at: samples.now)
    return replay.id
  }

  /// Takes a step from a position.
  func step(
    _ id: ReplayID, at position: Int64, limit: Int, _ kind: ReplayPart.Kind = .deliveries, _ request: ReplayRequest = ReplayRequest(),
    runs versions: ReplayedVersions = .current
  ) async throws(StoreError) -> (step: ReplayStep, position: Int64) {
    let part = ReplayPart(webhook: webhook.id, kind: kind, position: position)
    let found = try await store.search(part, of: request, for: webhook, upTo: .max, limit: limit)
    let made = found.candidates.map { _ in DeliveryID(samples.ids.next()) }
    return (try await store.advance(id, part, to: found, runs: versions, ids: made, at: samples.now), found.position)
  }
}
