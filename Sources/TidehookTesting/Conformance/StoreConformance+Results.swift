// Rules about results: an attempt and the state it leads to are written together, by the holder alone.

import TidehookCore

extension StoreConformance {
  static let results: [StoreRule] = [
    StoreRule("an attempt reads back whole, after a restart too") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      let result = samples.result(event.deliveries[0].id)
      try await test.store.record(result)
      let record = try await test.restart().known(result.id)
      try expectEqual(record.delivery.state, .delivered, "the state")
      try expectEqual(record.delivery.attemptCount, 1, "the number of attempts")
      try expectEqual(record.delivery.nextAttemptAt, nil, "the next attempt")
      try expectEqual(record.delivery.updatedAt, result.at, "the time of change")
      try expectEqual(record.event.payload, event.event.payload, "the payload")
      try expectEqual(record.attempts.count, 1, "the number of attempts kept")
      guard let found = record.attempts.first, let wanted = result.attempt else { return }
      try expectSame(found, wanted)
    },
    StoreRule("an attempt that sent nothing reads back without request and response") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      var result = samples.result(event.deliveries[0].id, .dead)
      let bare = Attempt(
        id: AttemptID(samples.ids.next()), number: 1, trigger: .first, revision: 1, startedAt: samples.now, durationMicroseconds: 5,
        failure: AttemptFailure(.script, "line 1: no"))
      result.attempt = bare
      try await test.store.record(result)
      guard let found = try await test.store.known(result.id).attempts.first else { throw RuleBroken(description: "expected an attempt") }
      try expectSame(found, bare)
    },
    StoreRule("4 KiB of an answer's body are kept") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      var result = samples.result(event.deliveries[0].id)
      result.attempt = samples.attempt(body: [UInt8](repeating: 7, count: 5000))
      try await test.store.record(result)
      let response = try await test.store.known(result.id).attempts.first?.response
      try expectEqual(response?.body.count, 4096, "the length of the body")
      try expectEqual(response?.isTruncated, true, "whether it is truncated")
    },
    StoreRule("a retry is due when it was said to be, and carries its count") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let (id, due) = (event.deliveries[0].id, samples.now + .seconds(60))
      try await test.store.record(samples.result(id, .retrying, status: 500, nextAttemptAt: due))
      let waiting = try await test.store.known(id).delivery
      try expectEqual(waiting.state, .retrying, "the state")
      try expectEqual(waiting.nextAttemptAt, due, "the next attempt")
      try expectEqual(waiting.reason, "the receiver answered 500", "the reason")
      try expectEqual(try await test.store.backlog(), [webhook.id: due], "the backlog")
      let claim = try await test.store.claim(webhook.id, dueBy: due, limit: 1, maxBytes: 1)
      try expectEqual(claim.deliveries.map(\.attemptCount), [1], "the count")
      try expectEqual(claim.deliveries.map(\.trigger), [.retry], "the trigger")
      try await test.store.record(samples.result(id, number: 2))
      let record = try await test.store.known(id)
      try expectEqual(record.attempts.map(\.number), [1, 2], "the attempts")
      try expectEqual(record.delivery.state, .delivered, "the last state")
      try expectEqual(record.delivery.reason, nil, "the last reason")
    },
    StoreRule("a result of one that does not hold the delivery is stale and writes nothing") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook)
      let id = event.deliveries[0].id
      try await expectError(.stale, "a result without a lease") { () throws(StoreError) in
        try await test.store.record(samples.result(id))
      }
      _ = try await test.store.claimIDs(webhook.id, samples.now)
      try await test.store.record(samples.result(id))
      try await expectError(.stale, "a second result") { () throws(StoreError) in
        try await test.store.record(samples.result(id, .dead, number: 2, status: 500))
      }
      let record = try await test.store.known(id)
      try expectEqual(record.attempts.count, 1, "the number of attempts")
      try expectEqual(record.delivery.state, .delivered, "the state")
    },
    StoreRule("a lease does not outlive its process: a result from before a restart is stale") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      let store = try await test.restart()
      try await expectError(.stale, "the result") { () throws(StoreError) in
        try await store.record(samples.result(event.deliveries[0].id))
      }
    },
    StoreRule("a result without an attempt changes the state alone") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      let id = event.deliveries[0].id
      let transition = Transition(.held, reason: "the webhook is inactive")
      try await test.store.record(CompletedDelivery(id: id, attempt: nil, transition: transition, at: samples.now))
      let record = try await test.store.known(id)
      try expectEqual(record.delivery.state, .held, "the state")
      try expectEqual(record.delivery.attemptCount, 0, "the count")
      try expectEqual(record.attempts.count, 0, "the number of attempts")
    },
    StoreRule("a filtered delivery names the stage that dropped it, until it is replayed") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let drops = [
        PipelineDrop("", by: DroppingStage(index: 0, name: "script")),
        PipelineDrop(
          "no <b>tags</b>\u{1F}3\u{1F}\u{1F}x",
          by: DroppingStage(index: 12, name: "tags", plugin: PluginVersion(name: "tags", revision: 7))),
      ]
      var ids: [DeliveryID] = []
      for drop in drops {
        let event = samples.event(for: [webhook.id], isLeased: true)
        _ = try await test.store.append([event])
        var result = samples.result(event.deliveries[0].id)
        result.transition = Transition(.filtered, reason: drop.reason, droppedBy: drop.stage)
        result.attempt?.drop = drop
        try await test.store.record(result)
        ids.append(result.id)
      }
      let store = try await test.restart()
      for (id, drop) in zip(ids, drops) {
        let delivery = try await store.known(id).delivery
        try expectEqual(delivery.reason, drop.reason, "the reason")
        try expectEqual(delivery.droppedBy, drop.stage, "the stage")
      }
      let listed = try await store.deliveries(DeliveryFilter(states: [.filtered]), before: nil, limit: 9)
      try expectEqual(Set(listed.map(\.droppedBy)), Set(drops.map(\.stage)), "the stages in a list")
      _ = try await store.replay(ids[1], at: samples.now, runs: .current)
      try expectEqual(try await store.known(ids[1]).delivery.droppedBy, nil, "the stage of a replay")
      _ = try await store.claimReplays(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try await store.record(samples.result(ids[1], number: 2))
      let attempts = try await store.known(ids[1]).attempts
      try expectEqual(attempts.map(\.drop), [drops[1], nil], "why each attempt was dropped")
      try expectEqual(attempts.map { $0.failure?.message }, [nil, nil], "what failed")
    },
    StoreRule("what failed has no stage, whatever its reason looks like") { test in
      let samples = StoreSamples()
      let event = try await test.store.seed(samples, try samples.webhook(), isLeased: true)
      var result = samples.result(event.deliveries[0].id, .dead, status: 500)
      result.transition.reason = "no\u{1F}1\u{1F}\u{1F}script"
      try await test.store.record(result)
      let delivery = try await test.store.known(result.id).delivery
      try expectEqual(delivery.reason, "no\u{1F}1\u{1F}\u{1F}script", "the reason")
      try expectEqual(delivery.droppedBy, nil, "the stage")
    },
    StoreRule("a record shows the newest attempts whole, and the others without what makes them big") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let event = samples.event(data: #"{"x":"\#(String(repeating: "x", count: 1 << 20))"}"#, for: [webhook.id])
      _ = try await test.store.append([event])
      let id = event.deliveries[0].id
      for number in 1...11 {
        _ = try await test.store.claimIDs(webhook.id, samples.now)
        var result = samples.result(id, .retrying, number: number, status: 500, nextAttemptAt: samples.now)
        // Every other one sent the payload itself, which is stored once but shown each time.
        result.attempt?.request?.body = number.isMultiple(of: 2) ? nil : [UInt8](repeating: 7, count: 1 << 20)
        try await test.store.record(result)
      }
      let record = try await test.store.known(id)
      try expectEqual(record.attempts.map(\.number), Array(1...11), "the attempts")
      try expectEqual(record.attempts.filter { record.abridged.contains($0.id) }.map(\.number), [1, 2, 3], "the abridged ones")
      for attempt in record.attempts {
        let isAbridged = record.abridged.contains(attempt.id)
        try expectEqual(attempt.response?.status, 500, "the status of attempt \(attempt.number)")
        try expectEqual(attempt.response?.headers.isEmpty, isAbridged, "whether attempt \(attempt.number) has no headers")
        try expectEqual(attempt.log.isEmpty, isAbridged, "whether attempt \(attempt.number) has no log")
      }
    },
    StoreRule("many results at once are all kept") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let events = (0..<300).map { _ in samples.event(for: [webhook.id], isLeased: true) }
      _ = try await test.store.append(events)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for event in events { group.addTask { try await test.store.record(samples.result(event.deliveries[0].id)) } }
        try await group.waitForAll()
      }
      let delivered = try await test.store.deliveries(DeliveryFilter(states: [.delivered]), before: nil, limit: 1000)
      try expectEqual(delivered.count, 300, "the number of delivered ones")
    },
  ]

  /// Compares every field of two attempts.
  private static func expectSame(_ found: Attempt, _ wanted: Attempt) throws {
    try expectEqual(found.id, wanted.id, "the id")
    try expectEqual(found.number, wanted.number, "the number")
    try expectEqual(found.trigger, wanted.trigger, "the trigger")
    try expectEqual(found.revision, wanted.revision, "the revision")
    try expectEqual(found.plugins, wanted.plugins, "the plugins")
    try expectEqual(found.startedAt, wanted.startedAt, "the start")
    try expectEqual(found.durationMicroseconds, wanted.durationMicroseconds, "the duration")
    try expectEqual(found.phases, wanted.phases, "the phases")
    try expectEqual(found.failure, wanted.failure, "the failure")
    try expectEqual(found.request?.method, wanted.request?.method, "the method")
    try expectEqual(found.request?.url, wanted.request?.url, "the URL")
    try expectEqual(found.request?.headers, wanted.request?.headers, "the request's headers")
    try expectEqual(found.request?.body, wanted.request?.body, "the request's body")
    try expectEqual(found.response, wanted.response, "the response")
    try expectEqual(found.log, wanted.log, "the log")
  }
}
