// Rules about webhooks: changed one revision at a time, deleted without losing what they delivered.

import TidehookCore

extension StoreConformance {
  static let webhooks: [StoreRule] = [
    StoreRule("a webhook reads back whole, after a restart too") { test in
      let samples = StoreSamples()
      let custom = SigningScheme.custom(try StoreSamples.customSigning)
      let webhook = try samples.webhook { webhook in
        webhook.name = "Ünïcode \"name\""
        webhook.events = [.below("memory."), .exactly(EventType(stored: "note.added"))]
        webhook.namespace = Namespace(stored: "team a")
        webhook.isActive = false
        webhook.pipeline = [
          .script("function filter(e)\n  return e.data.n > 1 -- \"ü\"\nend"),
          .script("", cases: ScriptCases([["name": "n", "event": ["data": ["n": .number("1.5")]], "expect": ["drop": true]]])),
        ]
        webhook.signing = [.standard, .standardEd25519, .stripe, custom]
        webhook.keys = StoreSamples.keys(endingAt: samples.now)
        webhook.headers = [HeaderField("X-A", "1"), HeaderField("X-A", "2: 3")]
        webhook.retry = RetryPolicy(maxRetries: 7, initialDelaySeconds: 0.25, multiplier: 1.5, maxDelaySeconds: 9, jitter: 0)
        webhook.timeoutSeconds = 2.5
        webhook.maxInFlight = 9
        webhook.sample = 0.01
        webhook.handshake = .cloudEvents
        webhook.autoDisable = .after(AutoDisable(afterDays: 0.25, minFailures: 3))
        webhook.disablement = Disablement(.failing, at: samples.now, message: "all 3 attempts failed")
        webhook.skipsHeldBelow = .max
        webhook.verifiedAt = samples.now
        webhook.rateLimit = RateLimit(count: 600, perSeconds: 60, burst: 5)
      }
      try await test.store.insert(webhook)
      guard let found = try await test.restart().webhooks().first else { throw RuleBroken(description: "expected a webhook") }
      try expectSame(found, webhook)
    },
    StoreRule("a retry policy of every shape reads back whole") { test in
      let samples = StoreSamples()
      let policies = [
        RetryPolicy(
          .schedule(ScheduledBackoff([0.5, 60], jitter: 0)),
          retryOn: RetryStatuses(["5xx", "!501"].compactMap { RetryStatuses.Entry($0) }), giveUpAfterSeconds: 3600),
        RetryPolicy(.preset(.svix), maxRetryAfterSeconds: 0), RetryPolicy(.preset(.none), retryOn: RetryStatuses([])),
      ]
      for policy in policies { try await test.store.insert(try samples.webhook { $0.retry = policy }) }
      try expectEqual(try await test.restart().webhooks().map(\.retry), policies, "the policies")
    },
    StoreRule("a former secret and key are forgotten once they have ended, each by itself, and that is no revision") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.keys = StoreSamples.keys(endingAt: samples.now) }
      let other = try samples.webhook { $0.keys = webhook.keys }
      for webhook in [webhook, other] { try await test.store.insert(webhook) }
      try await test.store.forgetExpiredKeys(of: webhook.id, at: samples.now + .seconds(-1))
      try expectEqual(try await test.store.webhooks().map(\.keys), [webhook.keys, other.keys], "the keys before the end")
      try await test.store.forgetExpiredKeys(of: webhook.id, at: samples.now)
      var left = webhook.keys
      left.previousSecret = nil
      let store = try await test.restart()
      try expectEqual(try await store.webhooks().map(\.keys), [left, other.keys], "the keys after the secret's end")
      try await store.forgetExpiredKeys(of: webhook.id, at: samples.now + .seconds(60))
      let found = try await store.webhooks()
      try expectEqual(found.map(\.keys), [SigningKeys(signingKey: left.signingKey), other.keys], "the keys after the end of both")
      try expectEqual(found.map(\.revision), [1, 1], "the revisions")
      try await store.forgetExpiredKeys(of: WebhookID(samples.ids.next()), at: samples.now)
    },
    StoreRule("webhooks are listed oldest first") { test in
      let samples = StoreSamples()
      let all = try (0..<5).map { _ in try samples.webhook() }
      for webhook in all.shuffled() { try await test.store.insert(webhook) }
      try expectEqual(try await test.store.webhooks().map(\.id), all.map(\.id), "the list")
    },
    StoreRule("a change must be the next revision") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook)
      webhook.revision = 2
      webhook.name = "second"
      webhook.secret = Secret("another secret")
      webhook.updatedAt = samples.now + .seconds(1)
      try await test.store.update(webhook)
      let change = webhook
      try await expectError(.stale, "the same change again") { () throws(StoreError) in try await test.store.update(change) }
      webhook.revision = 4
      let leap = webhook
      try await expectError(.stale, "a change that skips one") { () throws(StoreError) in try await test.store.update(leap) }
      guard let found = try await test.store.webhooks().first else { throw RuleBroken(description: "expected a webhook") }
      try expectSame(found, change)
    },
    StoreRule("of two changes at once one is stale") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let stale = try await withThrowingTaskGroup(of: Bool.self) { group in
        for name in ["one", "two", "three"] {
          group.addTask {
            var change = webhook
            (change.revision, change.name) = (2, name)
            do throws(StoreError) {
              try await test.store.update(change)
              return false
            } catch {
              return error.code == .stale
            }
          }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      try expectEqual(stale, 2, "the number of stale changes")
    },
    StoreRule("a webhook cannot be stored twice, and the failure harms nothing else") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      async let appended = test.store.append([samples.event(for: [webhook.id])])
      try await expectError(.failed, "the second one") { () throws(StoreError) in try await test.store.insert(webhook) }
      try expectEqual(try await appended, [.stored], "what was appended meanwhile")
    },
    StoreRule("a deleted webhook is gone, and what it delivered stays readable") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      let id = event.deliveries[0].id
      try await test.store.record(samples.result(id))
      try await test.store.delete(webhook.id)
      try expectEqual(try await test.store.webhooks().count, 0, "the number of webhooks")
      let record = try await test.store.known(id)
      try expectEqual(record.delivery.webhookID, webhook.id, "the webhook's id")
      try expectEqual(record.attempts.count, 1, "the number of attempts")
      try await expectError(.stale, "a second deletion") { () throws(StoreError) in try await test.store.delete(webhook.id) }
      var change = webhook
      change.revision = 2
      let late = change
      try await expectError(.stale, "a late change") { () throws(StoreError) in try await test.store.update(late) }
    },
    StoreRule("what a deleted webhook left open is still found, so that it can be cancelled") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook)
      try await test.store.delete(webhook.id)
      try expectEqual(try await test.restart().backlog(), [webhook.id: samples.now], "the backlog")
      _ = event
    },
    StoreRule("a deletion is unsettled until nothing of the webhook is open or held") { test in
      let samples = StoreSamples()
      let (open, held, ended, kept) = (try samples.webhook(), try samples.webhook(), try samples.webhook(), try samples.webhook())
      for webhook in [open, held, ended, kept] { try await test.store.insert(webhook) }
      let events = [open, kept].map { samples.event(for: [$0.id]) } + [samples.event(for: [held.id], state: .held)]
      let last = samples.event(for: [ended.id], isLeased: true)
      _ = try await test.store.append(events + [last])
      try await test.store.record(samples.result(last.deliveries[0].id, .dead, status: 500))
      for webhook in [open, held, ended] { try await test.store.delete(webhook.id) }
      let store = try await test.restart()
      try expectEqual(try await store.unsettledDeletions(), [open.id, held.id], "what is unsettled")
      for id in [open.id, held.id] {
        _ = try await store.moveDeliveries(
          of: id, from: [.pending, .retrying, .held], to: .cancelled, reason: nil, at: samples.now, limit: 10)
      }
      try expectEqual(try await store.unsettledDeletions(), [], "what is unsettled after the moves")
    },
  ]

  /// Compares every field of two webhooks.
  static func expectSame(_ found: Webhook, _ wanted: Webhook) throws {
    try expectEqual(found.id, wanted.id, "the id")
    try expectEqual(found.name, wanted.name, "the name")
    try expectEqual(found.url.description, wanted.url.description, "the URL")
    try expectEqual(found.events, wanted.events, "the patterns")
    try expectEqual(found.namespace, wanted.namespace, "the namespace")
    try expectEqual(found.isActive, wanted.isActive, "whether it is active")
    try expectEqual(found.pipeline, wanted.pipeline, "the pipeline")
    try expectEqual(found.signing, wanted.signing, "the signing schemes")
    try expectEqual(found.secret, wanted.secret, "the secret")
    try expectEqual(found.keys, wanted.keys, "the keys")
    try expectEqual(found.headers, wanted.headers, "the headers")
    try expectEqual(found.access, wanted.access, "the access")
    try expectEqual(found.retry, wanted.retry, "the retry policy")
    try expectEqual(found.timeoutSeconds, wanted.timeoutSeconds, "the timeout")
    try expectEqual(found.maxInFlight, wanted.maxInFlight, "the cap")
    try expectEqual(found.sample, wanted.sample, "the sample")
    try expectEqual(found.handshake, wanted.handshake, "the handshake")
    try expectEqual(found.autoDisable, wanted.autoDisable, "when it is made inactive")
    try expectEqual(found.disablement, wanted.disablement, "why it is inactive")
    try expectEqual(found.verifiedAt, wanted.verifiedAt, "when its receiver proved whose it is")
    try expectEqual(found.skipsHeldBelow, wanted.skipsHeldBelow, "what is skipped")
    try expectEqual(found.rateLimit, wanted.rateLimit, "the rate limit")
    try expectEqual(found.revision, wanted.revision, "the revision")
    try expectEqual(found.createdAt, wanted.createdAt, "the time it was made")
    try expectEqual(found.updatedAt, wanted.updatedAt, "the time it was changed")
  }
}
