// Rules about replays: what can be delivered again, and in which versions.

import TidehookCore

extension StoreConformance {
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
        let claim = try await test.store.claimReplays(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1)
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
      try expectEqual(
        try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .current), .refused(.pending), "a pending one")
      _ = try await test.store.claimIDs(webhook.id, samples.now)
      try await test.store.record(samples.result(event.deliveries[0].id, .retrying, status: 500, nextAttemptAt: samples.now))
      _ = try await test.store.claimIDs(webhook.id, samples.now)
      try expectEqual(
        try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .current), .refused(.retrying), "one under way")
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .unknown, "an unknown one")
      let guessed = DeliveryID(TimeOrderedID(key: event.deliveries[0].id.key, entropy: 0))
      try expectEqual(try await test.store.replay(guessed, at: samples.now, runs: .current), .unknown, "one with half an id")
      try expect(try await test.store.delivery(guessed) == nil, "no delivery for half an id")
    },
    StoreRule("replays are claimed apart from what else is due, until they were tried") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let replay = try await test.store.seed(samples, webhook, isLeased: true).deliveries[0].id
      try await test.store.record(samples.result(replay, .dead, status: 500))
      let other = samples.event(acceptedAt: samples.now + .seconds(3), for: [webhook.id])
      _ = try await test.store.append([other])
      _ = try await test.store.replay(replay, at: samples.now, runs: .current)
      try expectEqual(try await test.store.backlog(), [webhook.id: samples.now + .seconds(3)], "the backlog")
      try expectEqual(try await test.store.replayBacklog(), [webhook.id: samples.now], "the backlog of replays")
      let early = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(early.deliveries.map(\.id), [], "the claim")
      try expectEqual(early.nextDue, samples.now + .seconds(3), "the next due time")
      let store = try await test.restart()
      let replays = try await store.claimReplays(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(replays.deliveries.map(\.id), [replay], "the claim of replays")
      try expectEqual(replays.nextDue, nil, "the next replay")
      try await store.record(samples.result(replay, .retrying, number: 2, status: 500, nextAttemptAt: samples.now))
      try expectEqual(try await store.replayBacklog(), [:], "the backlog of replays after a try")
      try expectEqual(try await store.claimIDs(webhook.id, samples.now), [replay], "the claim of the retry")
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

  static let pins: [StoreRule] = [
    StoreRule("a replay of the original pins what the first attempt ran, for its retries too") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.attempted(samples, webhook, ran: 2, [PluginVersion(name: "slack", revision: 7)])
      try await test.store.again(samples, id, webhook, .dead, number: 2, ran: 5)
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .original), .queued(webhook.id), "the replay")
      let pin = PinnedVersions(revision: 2, plugins: [PluginVersion(name: "slack", revision: 7)])
      try expectEqual(try await test.store.pinned(samples, webhook), pin, "the pin")
      try await test.store.record(samples.result(id, .retrying, number: 3, status: 500, nextAttemptAt: samples.now))
      let store = try await test.restart()
      try expectEqual(try await store.pinned(samples, webhook), pin, "the pin of the retry, after a restart")
    },
    StoreRule("a replay of a revision pins it without plugins; one that is not stored is refused and changes nothing") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      let id = try await test.store.attempted(samples, webhook, ran: 1, [PluginVersion(name: "slack", revision: 7)])
      webhook.revision = 2
      try await test.store.update(webhook)
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .revision(3)), .unknownRevision, "an unknown revision")
      try expectEqual(try await test.store.known(id).delivery.state, .dead, "the state")
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .revision(1)), .queued(webhook.id), "the replay")
      try expectEqual(try await test.store.pinned(samples, webhook), PinnedVersions(revision: 1), "the pin")
    },
    StoreRule("an original without plugins pins the revision alone") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.attempted(samples, webhook, ran: 4, [])
      _ = try await test.store.replay(id, at: samples.now, runs: .original)
      try expectEqual(try await test.store.pinned(samples, webhook), PinnedVersions(revision: 4), "the pin")
    },
    StoreRule("a replay of the current versions pins nothing, and forgets an earlier pin") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.attempted(samples, webhook, ran: 2, [])
      _ = try await test.store.replay(id, at: samples.now, runs: .original)
      try expectEqual(try await test.store.pinned(samples, webhook)?.revision, 2, "the pin")
      try await test.store.record(samples.result(id, .dead, number: 2, status: 500))
      _ = try await test.store.replay(id, at: samples.now, runs: .current)
      try expectEqual(try await test.store.pinned(samples, webhook), nil, "the pin of the second replay")
    },
    StoreRule("a pinned replay that was held keeps its pin") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let id = try await test.store.attempted(samples, webhook, ran: 2, [])
      _ = try await test.store.replay(id, at: samples.now, runs: .original)
      for (from, to) in [(DeliveryState.pending, DeliveryState.held), (.held, .pending)] {
        _ = try await test.store.moveDeliveries(of: webhook.id, from: [from], to: to, reason: nil, at: samples.now, limit: 9)
      }
      try expectEqual(try await test.store.pinned(samples, webhook)?.revision, 2, "the pin")
    },
    StoreRule("what was never attempted has no original, but can be replayed as it would be now") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let id = event.deliveries[0].id
      let held = Transition(.held, reason: "the webhook is inactive")
      try await test.store.record(CompletedDelivery(id: id, attempt: nil, transition: held, at: samples.now))
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .original), .neverAttempted, "the replay of the original")
      try expectEqual(try await test.store.known(id).delivery.state, .held, "the state")
      try expectEqual(try await test.store.replay(id, at: samples.now, runs: .current), .queued(webhook.id), "the replay")
    },
    StoreRule("a replay of the original is refused and unknown as any other") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook)
      let unknown = DeliveryID(samples.ids.next())
      let pending = try await test.store.replay(event.deliveries[0].id, at: samples.now, runs: .original)
      try expectEqual(pending, .refused(.pending), "a pending one")
      try expectEqual(try await test.store.replay(unknown, at: samples.now, runs: .original), .unknown, "an unknown one")
    },
  ]
}

extension EventStore where Self: WebhookStore & DeliveryQueue {
  /// Stores a delivery that ended dead after one attempt, which ran these versions.
  fileprivate func attempted(
    _ samples: StoreSamples, _ webhook: Webhook, ran revision: Int, _ plugins: [PluginVersion]
  ) async throws -> DeliveryID {
    let id = try await seed(samples, webhook, isLeased: true).deliveries[0].id
    var result = samples.result(id, .dead, status: 500)
    result.attempt?.revision = revision
    result.attempt?.plugins = plugins
    try await record(result)
    return id
  }
}

extension DeliveryQueue where Self: History {
  /// Replays a delivery and records what became of it.
  fileprivate func again(
    _ samples: StoreSamples, _ id: DeliveryID, _ webhook: Webhook, _ state: DeliveryState, number: Int, ran revision: Int
  ) async throws {
    _ = try await replay(id, at: samples.now, runs: .current)
    _ = try await claimReplays(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
    var result = samples.result(id, state, number: number, status: 500)
    result.attempt?.revision = revision
    try await record(result)
  }
}

extension DeliveryQueue {
  /// Claims the webhook's one due delivery and returns its pin.
  fileprivate func pinned(_ samples: StoreSamples, _ webhook: Webhook) async throws -> PinnedVersions? {
    var due = try await claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20).deliveries
    due += try await claimReplays(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20).deliveries
    try expectEqual(due.count, 1, "the number of due deliveries")
    return due.first?.pinned
  }
}
