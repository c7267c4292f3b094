// Rules about webhooks that do not fare well, and about what waits for them.

import TidehookCore

extension StoreConformance {
  static let health: [StoreRule] = [
    StoreRule("what is known of failing webhooks survives a restart, and goes with its end or with the webhook") { test in
      let samples = StoreSamples()
      let (failing, recovered, deleted) = (try samples.webhook(), try samples.webhook(), try samples.webhook())
      for webhook in [failing, recovered, deleted] { try await test.store.insert(webhook) }
      let health = WebhookHealth(
        failingSince: samples.now, failures: 7, told: .half, owesRecovery: true, lastError: "no \"route\"",
        disablesNotBefore: samples.now + .seconds(9))
      try await test.store.save([failing.id: health, recovered.id: health, deleted.id: health])
      try await test.store.save([recovered.id: WebhookHealth()])
      try await test.store.delete(deleted.id)
      try await test.store.save([deleted.id: health])
      try expectEqual(try await test.restart().healths(), [failing.id: health], "what is known")
    },
    StoreRule("what is held is counted for each webhook, up to a limit") { test in
      let samples = StoreSamples()
      let (many, one, none) = (try samples.webhook(), try samples.webhook(), try samples.webhook())
      for webhook in [many, one, none] { try await test.store.insert(webhook) }
      let ids = [many, many, many, many, one].map(\.id)
      _ = try await test.store.append(ids.map { samples.event(for: [$0], state: .held) } + [samples.event(for: [none.id, one.id])])
      let counts = try await test.store.heldCounts(of: [many.id, one.id, none.id], upTo: 3)
      try expectEqual(counts, [many.id: 3, one.id: 1, none.id: 0], "the counts")
    },
    StoreRule("held deliveries below a key are skipped, the oldest first, and no others") { test in
      let samples = StoreSamples()
      let (webhook, other) = (try samples.webhook(), try samples.webhook())
      try await test.store.insert(webhook)
      try await test.store.insert(other)
      let events = (0..<4).map { _ in samples.event(for: [webhook.id, other.id], state: .held) }
      let open = samples.event(for: [webhook.id])
      _ = try await test.store.append(events + [open])
      let bound = events[3].deliveries[0].id.key
      var skipped: [Int] = []
      for _ in 0..<3 {
        skipped.append(try await test.store.skipHeld(of: webhook.id, below: bound, reason: "skipped", at: samples.now, limit: 2))
      }
      try expectEqual(skipped, [2, 1, 0], "the numbers skipped")
      let states = try await test.store.deliveries(DeliveryFilter(webhook: webhook.id), before: nil, limit: 10).map(\.state)
      try expectEqual(states, [.pending, .held, .cancelled, .cancelled, .cancelled], "the states, newest first")
      try expectEqual(try await test.store.known(events[0].deliveries[0].id).delivery.reason, "skipped", "the reason")
      try expectEqual(try await test.store.heldCounts(of: [other.id], upTo: 9), [other.id: 4], "what is held of the other")
    },
  ]
}
