// Rules about erased content: nothing of it comes back, whatever was under way, and the record stays.

import TidehookCore

extension StoreConformance {
  static let erasure: [StoreRule] = [
    StoreRule("an erased event keeps its record, and nothing that was sent, answered or said about it") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      try await test.store.record(samples.result(event.deliveries[0].id, .dead, status: 500))
      let at = samples.now + .seconds(9)
      try expectEqual(try await test.store.eraseContent(of: event.event.id, at: at), ErasedContent(), "what had not ended")
      let store = try await test.restart()
      let record = try await store.known(event.deliveries[0].id)
      try expectErased(record, at: at)
      try expectEqual(record.delivery.state, .dead, "the state")
      try expectEqual(record.attempts.map(\.response?.status), [500], "the status of the answer")
      try expectEqual(record.attempts.map(\.failure?.kind), [.status], "the kind of the failure")
      try expectEqual(record.event.type, event.event.type, "the event's type")
      try expectEqual(try await store.events(EventFilter(), before: nil, limit: 9, maxBytes: 1 << 20).map(\.erasedAt), [at], "the list")
    },
    StoreRule("why an erased event was dropped is erased at its attempts, alone and in a batch") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      var alone = samples.result(event.deliveries[0].id)
      alone.transition = Transition(.filtered, reason: "quotes it")
      alone.attempt?.request = nil
      alone.attempt?.response = nil
      alone.attempt?.drop = PipelineDrop("quotes it")
      try await test.store.record(alone)
      let sample = try await BatchSample(test.store, events: 2)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      var result = sample.result(batch, .delivered)
      result.batch = CompletedBatch(
        id: batch.id, members: [sample.ids[0]], dropped: [CompletedBatch.Drop(id: sample.ids[1], PipelineDrop("quotes it"))])
      try await test.store.record(result)
      for id in [alone.id, sample.ids[1]] {
        let known = try await test.store.known(id)
        try expectEqual(known.attempts.map(\.drop?.reason), ["quotes it"], "the reason before")
        _ = try await test.store.eraseContent(of: known.event.id, at: sample.due)
        let erased = try await test.store.known(id)
        try expectEqual(erased.attempts.map(\.drop), [nil], "the reason after")
        try expectEqual(erased.delivery.state, .filtered, "the state")
      }
    },
    StoreRule("what has not ended is cancelled, and can be neither claimed nor replayed") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      for state in [DeliveryState.pending, .held] {
        let event = samples.event(for: [webhook.id], state: state)
        _ = try await test.store.append([event])
        let erased = try await test.store.eraseContent(of: event.event.id, at: samples.now)
        try expectEqual(erased?.webhooks, [webhook.id], "whose deliveries had not ended")
        let id = event.deliveries[0].id
        let delivery = try await test.store.known(id).delivery
        try expectEqual(delivery.state, .cancelled, "the state")
        try expectEqual(delivery.reason, "the content of the event was erased", "the reason")
        let later = samples.now + .seconds(60)
        try expectEqual(
          try await test.store.claim(webhook.id, dueBy: later, limit: 9, maxBytes: 1 << 20).deliveries.count, 0, "what is due")
        for versions in ReplayedVersions.named {
          try expectEqual(try await test.store.replay(id, at: later, runs: versions), .erased, "the replay")
        }
      }
    },
    StoreRule("a second erasure changes nothing, and one of an unknown event finds none") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook())
      _ = try await test.store.eraseContent(of: event.event.id, at: samples.now)
      let again = try await test.store.eraseContent(of: event.event.id, at: samples.now + .seconds(5))
      try expectEqual(again, ErasedContent(), "what had not ended")
      try expectEqual(try await test.store.event(event.event.id)?.erasedAt, samples.now, "when it was erased")
      try expectEqual(try await test.store.eraseContent(of: EventID(samples.ids.next()), at: samples.now), nil, "an unknown event")
    },
    StoreRule("each erasure tells for whom something was cancelled, also by an earlier one") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook)
      for _ in 0..<2 {
        let (told, tell) = AsyncStream<[WebhookID]>.makeStream()
        _ = try await test.store.eraseContent(of: event.event.id, at: samples.now) { tell.yield($0) }
        tell.finish()
        var all: [[WebhookID]] = []
        for await webhooks in told { all.append(webhooks) }
        try expectEqual(all, [[webhook.id]], "who is told of")
      }
    },
    StoreRule("the id and the idempotency key of an erased event are not taken again") { test in
      let samples = StoreSamples()
      let event = samples.event(idempotencyKey: "key")
      _ = try await test.store.append([event])
      _ = try await test.store.eraseContent(of: event.event.id, at: samples.now)
      for repeated in [samples.event(id: event.event.id), samples.event(idempotencyKey: "key")] {
        try expectEqual(try await test.store.append([repeated]), [.erased(event.event.id)], "the result of an append")
      }
      try expectEqual(try await test.store.event(event.event.id)?.payload, [], "the payload")
    },
    StoreRule("a delivery under way keeps that it was delivered, and nothing of what was said") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      for (outcome, state) in [(DeliveryState.delivered, DeliveryState.delivered), (.retrying, .cancelled), (.dead, .cancelled)] {
        let event = samples.event(for: [webhook.id], isLeased: true)
        if outcome == .delivered { try await test.store.insert(webhook) }
        _ = try await test.store.append([event])
        _ = try await test.store.eraseContent(of: event.event.id, at: samples.now)
        try await test.store.record(
          samples.result(event.deliveries[0].id, outcome, status: outcome == .delivered ? 200 : 500, nextAttemptAt: samples.now))
        let record = try await test.store.known(event.deliveries[0].id)
        try expectErased(record, at: samples.now)
        try expectEqual(record.delivery.state, state, "the state after \(outcome)")
        try expectEqual(record.attempts.count, 1, "the number of attempts")
        try expectEqual(record.delivery.attemptCount, 1, "the count of attempts")
      }
      try expectEqual(
        try await test.store.claim(webhook.id, dueBy: samples.now + .seconds(60), limit: 9, maxBytes: 1 << 20).deliveries.count, 0,
        "what is due")
    },
    StoreRule("an erased delivery that had the turn gives it on") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.ordering = .fifo }
      try await test.store.insert(webhook)
      let events = (0..<3).map { _ in
        var event = samples.event(for: [webhook.id])
        event.deliveries[0].orderKey = 1
        return event
      }
      _ = try await test.store.append(events)
      _ = try await test.store.eraseContent(of: events[0].event.id, at: samples.now)
      _ = try await test.store.eraseContent(of: events[2].event.id, at: samples.now)
      let claim = try await test.store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.id), [events[1].deliveries[0].id], "what is due")
    },
    StoreRule("one of an order that is erased while it is under way keeps its turn until that has ended") { test in
      for ending in ErasedEnding.allCases {
        let lane = try await OrderedLane(test.store, keys: [1, 1])
        try expectEqual(try await lane.claim(), [0], "the first")
        _ = try await test.store.eraseContent(of: lane.events[0], at: lane.now)
        try expectEqual(try await lane.claim(), [], "a claim while the first is under way, \(ending)")
        _ = try await test.store.eraseContent(of: lane.events[1], at: lane.now)
        try await lane.publish(1)
        try expectEqual(try await lane.claim(), [], "a claim of one that is published meanwhile, \(ending)")
        let shown = try await test.store.known(lane.ids[0]).delivery
        try expectEqual(shown.state, .cancelled, "the state")
        try expectEqual(shown.nextAttemptAt, nil, "the next attempt")
        try expectEqual(try await test.store.standings()[lane.webhook.id]?.pending, 1, "what waits")
        switch ending {
        case .outcome: try await lane.finish(0, .delivered)
        case .release: try await test.store.release([lane.ids[0]])
        }
        try expectEqual(try await lane.claim(), [2], "the one behind, after the \(ending)")
        let ended = try await test.store.known(lane.ids[0]).delivery.state
        try expectEqual(ended, ending == .outcome ? .delivered : .cancelled, "the state after the \(ending)")
      }
    },
    StoreRule("a killed process leaves no turn with what was erased while it was under way") { test in
      let lane = try await OrderedLane(test.store, keys: [1, 1])
      try expectEqual(try await lane.claim(), [0], "the first")
      _ = try await test.store.eraseContent(of: lane.events[0], at: lane.now)
      let store = try await test.restart()
      try expectEqual(try await lane.claim(in: store), [1], "the one behind")
      try expectEqual(try await store.known(lane.ids[0]).delivery.state, .cancelled, "the state")
    },
    StoreRule("what a batch sent is erased with any of its members; the others go on without it") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let retryAt = sample.due + .seconds(5)
      try await test.store.record(sample.result(batch, .retrying, nextAttemptAt: retryAt))
      let second = try await sample.claimOne(at: retryAt)
      let member = try await test.store.known(sample.ids[1])
      _ = try await test.store.eraseContent(of: member.event.id, at: sample.now)
      try await test.store.record(sample.result(second, .retrying, nextAttemptAt: retryAt))
      for id in sample.ids {
        let record = try await test.store.known(id)
        try expectEqual(record.attempts.count, 2, "the number of attempts")
        try expectEqual(record.delivery.reason, id == sample.ids[1] ? "the content of the event was erased" : nil, "the reason")
        for attempt in record.attempts { try expectErased(attempt) }
      }
      let third = try await sample.claimOne(at: retryAt)
      try expectEqual(third.members.map(\.id), [sample.ids[0], sample.ids[2]], "the members of the retry")
    },
    StoreRule("what a batch dropped is erased with what was said about the batch, also while that is under way") { test in
      let sample = try await BatchSample(test.store, events: 3)
      try await sample.collect()
      let batch = try await sample.claimOne(at: sample.due)
      let dropped = try await test.store.known(sample.ids[1])
      _ = try await test.store.eraseContent(of: dropped.event.id, at: sample.now)
      var result = sample.result(batch, .delivered)
      result.batch = CompletedBatch(
        id: batch.id, members: [sample.ids[0], sample.ids[2]],
        dropped: [CompletedBatch.Drop(id: sample.ids[1], PipelineDrop("dropped"))])
      try await test.store.record(result)
      for (id, state) in zip(sample.ids, [DeliveryState.delivered, .cancelled, .delivered]) {
        let record = try await test.store.known(id)
        try expectEqual(record.delivery.state, state, "the state")
        try expectEqual(record.delivery.attemptCount, 1, "how often it was tried")
        try expectEqual(record.attempts.count, 1, "the number of attempts")
        for attempt in record.attempts { try expectErased(attempt) }
      }
    },
    StoreRule("a search for replays leaves out what was erased, and so does a step that found it before") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let dead = try await test.store.seed(samples, webhook, isLeased: true)
      try await test.store.record(samples.result(dead.deliveries[0].id, .dead, status: 500))
      let missing = samples.event()
      _ = try await test.store.append([missing])
      let request = ReplayRequest(webhook: webhook.id, includesMissing: true)
      let end = samples.ids.next()
      let replay = Replay(id: ReplayID(end), request: request, madeBy: "x", createdAt: samples.now)
      let parts = [ReplayPart.Kind.deliveries, .missing].map { ReplayPart(webhook: webhook.id, kind: $0, position: 0) }
      _ = try await test.store.insert(replay, parts: parts)
      var found: [ReplayFinding] = []
      for part in parts { found.append(try await test.store.search(part, of: request, for: webhook, upTo: end.key, limit: 9)) }
      try expectEqual(found.map(\.candidates.count), [1, 1], "what is found before")
      for event in [dead, missing] { _ = try await test.store.eraseContent(of: event.event.id, at: samples.now) }
      for (part, finding) in zip(parts, found) {
        let again = try await test.store.search(part, of: request, for: webhook, upTo: end.key, limit: 9)
        try expectEqual(again.candidates.count, 0, "what is found after")
        let step = try await test.store.advance(
          replay.id, part, to: finding, runs: .current, ids: [DeliveryID(samples.ids.next())], at: samples.now)
        try expectEqual(step.replayed + step.created, 0, "what a step makes due")
      }
    },
    StoreRule("the requests that made an erased event are erased, with their repeats, and later ones are not kept") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let event = samples.event()
      let first = samples.receipt(of: source, dedupe: "id 1")
      let stored = try await test.store.append(first, events: [event])
      try expectEqual(stored.results, [.stored], "the results")
      let second = samples.receipt(of: source, dedupe: "id 1", at: samples.now + .seconds(1))
      _ = try await test.store.append(second, events: [samples.event()])
      let other = samples.receipt(of: source)
      _ = try await test.store.append(other, events: [samples.event()])
      _ = try await test.store.eraseContent(of: event.event.id, at: samples.now + .seconds(2))
      let third = samples.receipt(of: source, dedupe: "id 1", at: samples.now + .seconds(3))
      _ = try await test.store.append(third, events: [samples.event()])
      let fourth = samples.receipt(of: source, at: samples.now + .seconds(4))
      let repeated = try await test.store.append(fourth, events: [samples.event(id: event.event.id)])
      try expectEqual(repeated.results, [.erased(event.event.id)], "the results of the same event")
      for new in [first, second, third, fourth] {
        let receipt = try await test.store.knownReceipt(new.receipt.id, of: source)
        try expect(receipt.erasedAt != nil, "the request to be erased")
        try expectEqual(receipt.request.body.count + receipt.request.headers.count + receipt.log.utf8.count, 0, "what it said")
      }
      let untouched = try await test.store.knownReceipt(other.receipt.id, of: source)
      try expectEqual(untouched.request.body, other.receipt.request.body, "what another request said")
    },
    StoreRule("repeats are erased with what they repeat when that is gone, with what their senders are told") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let (event, other) = (samples.event(), samples.event())
      let first = samples.receipt(of: source, dedupe: "id 1") { $0.answer = InboundAnswer(status: 201, body: [1], contentType: "a/b") }
      _ = try await test.store.append(first, events: [event])
      _ = try await test.store.append(samples.receipt(of: source, dedupe: "id 2"), events: [other])
      // As it is when a repeat is told before the store sees it, and when the store alone tells it.
      let repeats = [samples.receipt(of: source, dedupe: "id 1") { $0.state = .duplicate }, samples.receipt(of: source, dedupe: "id 1")]
      for new in repeats { _ = try await test.store.append(new, events: []) }
      let foreign = samples.receipt(of: source, dedupe: "id 2")
      _ = try await test.store.append(foreign, events: [])
      let removed = try await test.store.removeReceipts(before: SystemTime().now() + .seconds(3600), limit: 2)
      try expectEqual(removed.receipts, 2, "the requests removed")
      for new in repeats + [foreign] {
        try expectEqual(
          try await test.store.knownReceipt(new.receipt.id, of: source).request.body, new.receipt.request.body, "what a repeat says before")
      }
      let store = try await test.restart()
      _ = try await store.eraseContent(of: event.event.id, at: samples.now)
      for new in repeats {
        let receipt = try await store.knownReceipt(new.receipt.id, of: source)
        try expectEqual(receipt.erasedAt, samples.now, "when it was erased")
        try expectEqual(receipt.request.body.count + receipt.request.headers.count, 0, "what it said")
        try expectEqual(receipt.answer, InboundAnswer(status: 201), "the answer")
      }
      let told = try await store.earlier("id 1", at: source.id, now: samples.now)
      try expectEqual(told?.answer, InboundAnswer(status: 201), "what the next repeat is told")
      let untouched = try await store.knownReceipt(foreign.receipt.id, of: source)
      try expectEqual(untouched.request.body, foreign.receipt.request.body, "what a repeat of another request said")
      let answer = try await store.earlier("id 2", at: source.id, now: samples.now)?.answer
      try expectEqual(answer, foreign.receipt.answer, "what a repeat of another request is told")
    },
    StoreRule("a repeat that was told before the store sees it is stored without what it says when that was erased") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let event = samples.event()
      _ = try await test.store.append(samples.receipt(of: source, dedupe: "id 1"), events: [event])
      _ = try await test.store.eraseContent(of: event.event.id, at: samples.now)
      for id in ["id 1", "forgotten"] {
        let again = samples.receipt(of: source, dedupe: id) { $0.state = .duplicate }
        _ = try await test.store.append(again, events: [])
        let receipt = try await test.store.knownReceipt(again.receipt.id, of: source)
        try expectEqual(receipt.state, .duplicate, "the state")
        try expectEqual(receipt.request.body.count + receipt.request.headers.count, 0, "what it said")
      }
      let none = try await test.store.earlier("forgotten", at: source.id, now: samples.now)
      try expect(none == nil, "a repeat not to be remembered")
    },
    StoreRule("a repeat of a request that is not kept any more is stored without what it says") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let event = samples.event()
      _ = try await test.store.append(samples.receipt(of: source, dedupe: "id 1"), events: [event])
      let removed = try await test.store.removeReceipts(before: SystemTime().now() + .seconds(3600), limit: 9)
      try expectEqual(removed.receipts, 1, "the requests removed")
      _ = try await test.store.eraseContent(of: event.event.id, at: samples.now)
      let again = samples.receipt(of: source, dedupe: "id 1", at: samples.now + .seconds(1))
      _ = try await test.store.append(again, events: [samples.event()])
      let receipt = try await test.store.knownReceipt(again.receipt.id, of: source)
      try expectEqual(receipt.state, .duplicate, "the state")
      try expect(receipt.erasedAt != nil, "the request to be erased")
      try expectEqual(receipt.request.body.count + receipt.request.headers.count, 0, "what it said")
    },
  ]
}

/// How what was under way ends.
private enum ErasedEnding: CaseIterable {
  case outcome, release
}

/// Throws unless nothing of the content is left in a record.
private func expectErased(_ record: DeliveryRecord, at time: Timestamp) throws {
  try expectEqual(record.event.payload, [], "the payload")
  try expectEqual(record.event.erasedAt, time, "when the event was erased")
  try expectEqual(record.delivery.erasedAt, time, "when the delivery's content was erased")
  if record.delivery.state != .cancelled { try expectEqual(record.delivery.reason, nil, "the reason") }
  for attempt in record.attempts { try expectErased(attempt) }
}

private func expectErased(_ attempt: Attempt) throws {
  try expect(attempt.request == nil, "no request")
  try expectEqual(attempt.response?.body ?? [], [], "the answer's body")
  try expectEqual(attempt.response?.headers.count ?? 0, 0, "the number of the answer's headers")
  try expectEqual(attempt.log, "", "the log")
  try expectEqual(attempt.failure?.message ?? Attempt.erasedMessage, Attempt.erasedMessage, "the message of the failure")
}
