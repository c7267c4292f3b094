// Rules about deliveries that are collected: groups, batches that stay what they are, and outcomes that all members share.

import TidehookCore

extension StoreConformance {
  static let batches: [StoreRule] = [
    StoreRule("a delivery that is collected waits in its group until it is due, then the group goes as one") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try expectEqual(try await sample.unsorted(), sample.ids, "what is to be looked at")
      try await sample.collect()
      try expectEqual(try await sample.unsorted(), [], "what is to be looked at after that")
      let outlook = try await test.store.outlook(of: sample.webhook, in: [.common], maxEvents: 4)
      try expectEqual(outlook.full, [], "the full groups")
      try expectEqual(outlook.nextDue, sample.due, "the next due time")
      try expectEqual(try await sample.claim(at: sample.now).deliveries.count, 0, "the batches that are due too early")
      let claim = try await sample.claim(at: sample.due)
      try expectEqual(claim.deliveries.map(\.memberIDs), [sample.ids], "the batches")
      try expectEqual(claim.deliveries.first?.batch?.id.key, sample.ids[0].key, "the batch's key")
      try expectEqual(claim.nextDue, nil, "the next due time after the claim")
    },
    StoreRule("a group that is full goes at once, as many batches as there are, and the rest waits") { test in
      let sample = try await BatchSample(test.store, events: 7)
      try await sample.collect()
      try expectEqual(try await test.store.outlook(of: sample.webhook, in: nil, maxEvents: 3).full, [.common], "the full groups")
      try expectEqual(try await test.store.outlook(of: sample.webhook, in: [.common], maxEvents: 3).full, [.common], "those asked for")
      let first = try await sample.claim(at: sample.now, maxEvents: 3, full: [.common], limit: 3)
      try expectEqual(first.deliveries.map(\.memberIDs), [Array(sample.ids[..<3])], "the first claim")
      try expectEqual(first.nextDue, sample.now, "the next due time: another group of three")
      let second = try await sample.claim(at: sample.now, maxEvents: 3)
      try expectEqual(second.deliveries.map(\.memberIDs), [Array(sample.ids[3..<6])], "the second claim")
      try expectEqual(second.nextDue, sample.due, "when the last one is due")
    },
    StoreRule("batches that are due or full do not wait for what came before them and is not looked at yet") { test in
      let sample = try await BatchSample(test.store, events: 7)
      try await sample.collect(from: 3)
      let full = try await sample.claim(at: sample.now, maxEvents: 2, full: [.common], limit: 2)
      try expectEqual(full.deliveries.map(\.memberIDs), [Array(sample.ids[3..<5])], "the full batch")
      try expectEqual(full.nextDue, sample.now, "the next due time")
      let due = try await sample.claim(at: sample.due, limit: 3)
      try expectEqual(due.deliveries.map(\.memberIDs), [Array(sample.ids[5...])], "the batch that is due")
      try expectEqual(try await sample.unsorted(), Array(sample.ids[..<3]), "what is to be looked at")
    },
    StoreRule("groups go apart") { test in
      let sample = try await BatchSample(test.store, events: 4)
      let groups = [BatchGroup(rawValue: "=1"), BatchGroup(rawValue: "=2")]
      try await sample.collect { groups[$0 % 2] }
      let claim = try await sample.claim(at: sample.due)
      let ids = sample.ids
      try expectEqual(claim.deliveries.map(\.memberIDs), [[ids[0], ids[2]], [ids[1], ids[3]]], "the batches")
    },
    StoreRule("a batch is cut before its payloads are too large") { test in
      let sample = try await BatchSample(test.store, events: 5, bytes: BatchPolicy.maximumBytes / 2 - 1000)
      try await sample.collect()
      let claim = try await sample.claim(at: sample.due, maxBytes: 64 << 20)
      try expectEqual(claim.deliveries.map(\.memberIDs.count), [2, 2, 1], "the sizes of the batches")
      try expectEqual(claim.deliveries.flatMap(\.memberIDs), sample.ids, "their members")
    },
    StoreRule("a batch comes again as it was: after a restart, and for a retry") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let store = try await test.restart()
      let again = try await BatchSample(sample, store).claimOne(at: sample.due)
      try expectEqual(again.id, batch.id, "the batch after a restart")
      try expectEqual(again.members.map(\.id), sample.ids, "its members")
      let retryAt = sample.due + .seconds(5)
      try await store.record(sample.result(batch, .retrying, nextAttemptAt: retryAt))
      try expectEqual(try await BatchSample(sample, store).claim(at: sample.due).nextDue, retryAt, "the next due time")
      let third = try await BatchSample(sample, store).claim(at: retryAt)
      try expectEqual(third.deliveries.map(\.memberIDs), [sample.ids], "the members of the retry")
      try expectEqual(third.deliveries.first?.batch?.id, batch.id, "the batch of the retry")
      try expectEqual(third.deliveries.first?.attemptCount, 1, "its attempts")
      try expectEqual(third.deliveries.first?.trigger, .retry, "its trigger")
    },
    StoreRule("members share outcome and attempt, which is stored once; what was dropped is filtered") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      var result = sample.result(batch, .delivered)
      result.batch = CompletedBatch(
        id: batch.id, members: [sample.ids[0], sample.ids[2]],
        dropped: [CompletedBatch.Drop(id: sample.ids[1], PipelineDrop("no", by: DroppingStage(index: 1, name: "tags")))])
      try await test.store.record(result)
      for (index, id) in sample.ids.enumerated() {
        let record = try await test.store.known(id)
        try expectEqual(record.delivery.state, index == 1 ? .filtered : .delivered, "the state of member \(index)")
        try expectEqual(record.delivery.reason, index == 1 ? "no" : nil, "its reason")
        try expectEqual(record.delivery.droppedBy?.name, index == 1 ? "tags" : nil, "the stage that dropped it")
        try expectEqual(record.delivery.batch, batch.id, "its batch")
        try expectEqual(record.delivery.attemptCount, 1, "its attempts")
        try expectEqual(record.attempts.map(\.id), [result.attempt?.id].compactMap(\.self), "the attempts that it shows")
        try expectEqual(record.attempts.map { $0.drop?.reason }, [index == 1 ? "no" : nil], "why its attempt was dropped")
        try expectEqual(record.attempts[0].request == nil, index == 1, "whether it was left out of the request")
      }
      try await expectError(.stale, "the same result once more") { () throws(StoreError) in try await test.store.record(result) }
    },
    StoreRule("what was dropped out of a batch keeps why, and is none of the batch's later attempts") { test in
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let drop = PipelineDrop("no \u{1F}\"x\"", by: DroppingStage(index: 1, name: "tags", plugin: PluginVersion(name: "tags", revision: 2)))
      var first = sample.result(batch, .retrying, nextAttemptAt: sample.due)
      first.batch = CompletedBatch(id: batch.id, members: [sample.ids[0]], dropped: [CompletedBatch.Drop(id: sample.ids[1], drop)])
      try await test.store.record(first)
      let second = sample.result(try await sample.claimOne(at: sample.due), .delivered)
      try await test.store.record(second)
      try expectEqual(try await test.store.known(sample.ids[0]).attempts.map(\.drop), [nil, nil], "the attempts of what was sent")
      let last = try await test.store.lastAttempts(of: sample.ids, maxBytes: .max)
      try expectEqual(last.flatMap { $0.attempts.map(\.id) }, [second, first].compactMap(\.attempt?.id), "their last attempts")
      try expectEqual(last.map { $0.attempts.map(\.drop) }, [[nil], [drop]], "why the last ones were dropped")
      try expect(last[1].attempts.allSatisfy { $0.request == nil && $0.response == nil }, "the last one without what others were sent")
      _ = try await test.store.replay(sample.ids[1], at: sample.due, runs: .current)
      _ = try await test.store.claimReplays(sample.webhook, dueBy: sample.due, limit: 9, maxBytes: 1 << 20)
      try await test.store.record(sample.samples.result(sample.ids[1], number: 2))
      let record = try await test.restart().known(sample.ids[1])
      try expectEqual(record.attempts.map(\.number), [1, 2], "the attempts of what was dropped")
      try expectEqual(record.attempts.map(\.drop), [drop, nil], "why each was dropped")
    },
    StoreRule("what was dropped out of a batch and replayed failed of its own last attempt, not of the batch's") { test in
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      var first = sample.result(batch, .retrying, nextAttemptAt: sample.due)
      let drop = CompletedBatch.Drop(id: sample.ids[1], PipelineDrop("no"))
      first.batch = CompletedBatch(id: batch.id, members: [sample.ids[0]], dropped: [drop])
      try await test.store.record(first)
      _ = try await test.store.replay(sample.ids[1], at: sample.due, runs: .current)
      _ = try await test.store.claimReplays(sample.webhook, dueBy: sample.due, limit: 9, maxBytes: 1 << 20)
      try await test.store.record(sample.samples.result(sample.ids[1], .dead, number: 2, status: 404))
      let again = try await sample.claimOne(at: sample.due)
      var dead = sample.samples.result(again.members[0].id, .dead, number: 5, status: 500)
      dead.batch = CompletedBatch(id: again.id, members: again.members.map(\.id))
      try await test.store.record(dead)
      let group = try await test.store.groups(DeliveryGroupFilter(states: [.dead])).groups.first
      let counted = group?.statuses.map { "\($0.status): \($0.count)" }
      try expectEqual(counted, ["404: 1", "500: 1"], "the statuses")
      guard let webhook = try await test.store.webhooks().first else { throw RuleBroken(description: "expected a webhook") }
      let part = ReplayPart(webhook: webhook.id, kind: .deliveries)
      for (status, id) in [(500, sample.ids[0]), (404, sample.ids[1])] {
        let request = ReplayRequest(webhook: webhook.id, error: "\(status)")
        let found = try await test.store.search(part, of: request, for: webhook, upTo: .max, limit: 9)
        try expectEqual(found.candidates.map(\.key), [id.value], "what failed of \(status)")
      }
      let last = try await test.store.lastAttempts(of: sample.ids, maxBytes: .max)
      try expectEqual(last.map { $0.attempts.map(\.number) }, [[5], [2]], "the numbers of their last attempts")
    },
    StoreRule("replays find each member of a batch by the batch's failure, and by what the batch ran") { test in
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      var dead = sample.result(try await sample.claimOne(at: sample.due), .dead)
      dead.attempt?.failure = AttemptFailure(.status, "it said so")
      dead.transition.reason = "no"
      try await test.store.record(dead)
      guard let webhook = try await test.store.webhooks().first else { throw RuleBroken(description: "expected a webhook") }
      let request = ReplayRequest(webhook: webhook.id, error: "status: it SAID")
      let part = ReplayPart(webhook: webhook.id, kind: .deliveries)
      let found = try await test.store.search(part, of: request, for: webhook, upTo: .max, limit: 9)
      try expectEqual(found.candidates.map(\.key), sample.ids.map(\.value), "what is found")
      for id in sample.ids {
        try expectEqual(try await test.store.replay(id, at: sample.due, runs: .original), .queued(webhook.id), "the replay")
      }
      let claim = try await test.store.claimReplays(webhook.id, dueBy: sample.due, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.pinned?.revision), [dead.attempt?.revision, dead.attempt?.revision], "what is pinned")
    },
    StoreRule("a delivery of a batch is replayed alone, and shows all its attempts") { test in
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let dead = sample.result(batch, .dead)
      try await test.store.record(dead)
      let later = sample.due + .seconds(60)
      let result = try await test.store.replay(sample.ids[0], at: later, runs: .original)
      try expectEqual(result, .queued(sample.webhook), "the replay")
      try expectEqual(try await sample.claim(at: later).deliveries.count, 0, "what is due besides replays")
      let claim = try await test.store.claimReplays(sample.webhook, dueBy: later, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.id), [sample.ids[0]], "the claim")
      try expectEqual(claim.deliveries.first?.batch?.id, nil, "its batch")
      try expectEqual(claim.deliveries.first?.pinned?.revision, 3, "the revision that it runs")
      let own = sample.samples.result(sample.ids[0], number: 2)
      try await test.store.record(own)
      let first = try await test.store.known(sample.ids[0])
      try expectEqual(first.attempts.map(\.id), [dead.attempt?.id, own.attempt?.id].compactMap(\.self), "its attempts")
      try expectEqual(first.delivery.batch, batch.id, "the batch that it was in")
      let second = try await test.store.known(sample.ids[1])
      try expectEqual(second.delivery.state, .dead, "the state of the other one")
      try expectEqual(second.attempts.map(\.id), [dead.attempt?.id].compactMap(\.self), "the attempts of the other one")
    },
    StoreRule("what was replayed out of a batch has none of the attempts that the batch makes after that") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let first = sample.result(batch, .retrying, nextAttemptAt: sample.due + .seconds(5))
      try await test.store.record(first)
      // The first of its deliveries, with which the batch's attempts are stored, and another one.
      let left = Array(sample.ids[..<2])
      for id in left { _ = try await test.store.replay(id, at: sample.due, runs: .current) }
      let again = try await sample.claimOne(at: sample.due + .seconds(5))
      try expectEqual(again.members.map(\.id), [sample.ids[2]], "what is left of the batch")
      var second = sample.samples.result(sample.ids[2], .dead, number: 2, status: 500)
      second.batch = CompletedBatch(id: batch.id, members: [sample.ids[2]])
      try await test.store.record(second)
      for id in left {
        try expectEqual(try await test.store.known(id).attempts.map(\.id), [first.attempt?.id].compactMap(\.self), "before it is tried")
      }
      _ = try await test.store.claimReplays(sample.webhook, dueBy: sample.due, limit: 9, maxBytes: 1 << 20)
      let own = [
        sample.samples.result(left[0], .delivered, number: 2), sample.samples.result(left[1], .dead, number: 2, status: 404),
      ]
      for result in own { try await test.store.record(result) }
      let store = try await test.restart()
      for (id, last) in zip(sample.ids, own + [second]) {
        let record = try await store.known(id)
        try expectEqual(record.attempts.map(\.id), [first, last].compactMap(\.attempt?.id), "the attempts")
        try expectEqual(record.delivery.attemptCount, 2, "their number")
        let exported = try await store.lastAttempts(of: [id], maxBytes: .max)
        try expectEqual(exported.flatMap { $0.attempts.map(\.id) }, [last.attempt?.id].compactMap(\.self), "the last one")
      }
      let group = try await store.groups(DeliveryGroupFilter(states: [.dead])).groups.first
      try expectEqual(group?.statuses.map { "\($0.status): \($0.count)" }, ["404: 1", "500: 1"], "the statuses of what is dead")
      guard let webhook = try await store.webhooks().first else { throw RuleBroken(description: "expected a webhook") }
      let request = ReplayRequest(webhook: webhook.id, error: "404")
      let found = try await store.search(
        ReplayPart(webhook: webhook.id, kind: .deliveries), of: request, for: webhook, upTo: .max, limit: 9)
      try expectEqual(found.candidates.map(\.key), [left[1].value], "what failed of 404")
    },
    StoreRule("a batch whose webhook was inactive goes as it was, also when not all of it was moved yet") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      try await test.store.record(sample.result(batch, .held))
      let moved = try await test.store.moveDeliveries(
        of: sample.webhook, from: [.held], to: .pending, reason: nil, at: sample.due, limit: 1)
      try expectEqual(moved, 1, "the number of moved deliveries")
      let claim = try await sample.claim(at: sample.due)
      try expectEqual(claim.deliveries.map(\.memberIDs), [sample.ids], "the members")
      try expectEqual(claim.deliveries.first?.batch?.id, batch.id, "the batch")
    },
    StoreRule("without a policy stored batches stay together and the rest goes one by one") { test in
      let sample = try await BatchSample(test.store, events: 5)
      try await sample.collect()
      let full: [BatchGroup] = [.common]
      let batch = try await sample.claim(at: sample.now, maxEvents: 2, full: full, limit: 2).deliveries[0]
      try await test.store.release(batch.memberIDs)
      try expectEqual(try await test.store.unsort(sample.webhook, madeBefore: nil, limit: 100), 3, "the number of those that wait")
      let claim = try await test.store.claim(sample.webhook, dueBy: sample.due, limit: 100, maxBytes: 1 << 20)
      let singles = sample.ids[2...].map { [$0] }
      try expect(claim.deliveries.map(\.memberIDs).contains(batch.memberIDs), "the stored batch as it was")
      try expectEqual(claim.deliveries.filter { $0.batch == nil }.map(\.memberIDs), singles, "the others")
    },
    StoreRule("what was collected before a time is looked at again, what was collected later is not") { test in
      // Keys are those of the time at which their rows are made.
      let made = SystemTime().now()
      let sample = try await BatchSample(test.store, events: 2, acceptedAt: made)
      try expectEqual(try await test.store.collecting(), [], "who collects before anything is collected")
      try await sample.collect()
      try expectEqual(try await test.store.collecting(), [sample.webhook], "who collects")
      try expectEqual(try await test.store.unsort(sample.webhook, madeBefore: made, limit: 9), 0, "what was made before")
      let later = made + .seconds(1)
      try expectEqual(try await test.store.unsort(sample.webhook, madeBefore: later, limit: 9), 2, "what was made by then")
      let again = try await test.store.unsorted(sample.webhook, dueBy: later, limit: 9, maxBytes: 1 << 20)
      try expectEqual(again.map(\.id), sample.ids, "what is to be looked at")
      try expectEqual(try await test.store.collecting(), [], "who collects after that")
    },
    StoreRule("what is looked at may end there, with an attempt of its own") { test in
      let sample = try await BatchSample(test.store, events: 2)
      let filtered = sample.samples.result(sample.ids[0], .filtered)
      try await test.store.collect([
        CollectedDelivery(id: sample.ids[0], outcome: .attempted(filtered)),
        CollectedDelivery(id: sample.ids[1], outcome: .waits(.common, until: sample.due)),
      ])
      let record = try await test.store.known(sample.ids[0])
      try expectEqual(record.delivery.state, .filtered, "the state")
      try expectEqual(record.attempts.count, 1, "the number of attempts")
      try expectEqual(try await sample.claimOne(at: sample.due).members.map(\.id), [sample.ids[1]], "the batch")
    },
  ]
}

/// A webhook that collects, some of its events, and shorter ways to ask for them.
struct BatchSample {
  let samples: StoreSamples
  let store: any FullStore
  let webhook: WebhookID
  let ids: [DeliveryID]

  /// Stores a webhook and so many events for it, with so many bytes of data each.
  init(_ store: any FullStore, events count: Int, bytes: Int = 3, acceptedAt: Timestamp? = nil) async throws {
    samples = StoreSamples()
    self.store = store
    let webhook = try samples.webhook { $0.batch = BatchPolicy(maxEvents: 1000, maxWaitSeconds: 60) }
    self.webhook = webhook.id
    try await store.insert(webhook)
    let data = "{\"x\":\"" + String(repeating: "x", count: bytes) + "\"}"
    var events: [NewEvent] = []
    for _ in 0..<count {
      var event = samples.event(data: data, acceptedAt: acceptedAt, for: [webhook.id])
      event.deliveries[0].isBatched = true
      events.append(event)
    }
    ids = events.map { $0.deliveries[0].id }
    _ = try await store.append(events)
  }

  /// The same events in the store after a restart.
  init(_ sample: BatchSample, _ store: any FullStore) {
    (samples, webhook, ids) = (sample.samples, sample.webhook, sample.ids)
    self.store = store
  }

  var now: Timestamp { samples.now }
  var due: Timestamp { now + .seconds(60) }

  func unsorted() async throws -> [DeliveryID] {
    try await store.unsorted(webhook, dueBy: now, limit: 100, maxBytes: 1 << 30).map(\.id)
  }

  func collect(from first: Int = 0, _ group: (Int) -> BatchGroup = { _ in .common }) async throws {
    try await store.collect(
      ids.enumerated().dropFirst(first).map { CollectedDelivery(id: $0.element, outcome: .waits(group($0.offset), until: due)) })
  }

  func claim(
    at time: Timestamp, maxEvents: Int = 1000, full: [BatchGroup] = [], limit: Int = 100, maxBytes: Int = 1 << 20
  ) async throws -> Claim {
    let policy = BatchPolicy(maxEvents: maxEvents, maxWaitSeconds: 60)
    let order = BatchOrder(policy: policy, full: full) { [ids = samples.ids] in ids.next().entropy }
    return try await store.claim(webhook, dueBy: time, limit: limit, maxBytes: maxBytes, batches: order)
  }

  func claimOne(at time: Timestamp) async throws -> DeliveryBatch {
    let claim = try await claim(at: time)
    guard claim.deliveries.count == 1, let batch = claim.deliveries[0].batch else {
      throw RuleBroken(description: "expected one batch, found \(claim.deliveries.map(\.memberIDs))")
    }
    return batch
  }

  /// An outcome for all members.
  func result(_ batch: DeliveryBatch, _ state: DeliveryState, nextAttemptAt: Timestamp? = nil) -> CompletedDelivery {
    var result = samples.result(batch.members[0].id, state, nextAttemptAt: nextAttemptAt)
    result.batch = CompletedBatch(id: batch.id, members: batch.members.map(\.id))
    return result
  }
}
