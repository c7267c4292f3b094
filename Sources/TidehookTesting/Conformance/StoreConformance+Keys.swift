// Rules about keys, and about lists that are limited to what a key may see.

import TidehookCore

extension StoreConformance {
  static let keys: [StoreRule] = [
    StoreRule("keys are kept with their limits and outlive the process") { test in
      let samples = StoreSamples()
      let all = [nil, [Namespace(stored: "a \"quoted\" one"), Namespace(stored: "zwei")]].enumerated().map { number, namespaces in
        StoredKey(
          key: APIKey(
            id: KeyID(samples.ids.next()), name: "key \(number)", namespaces: namespaces, createdAt: samples.now,
            expiresAt: namespaces == nil ? nil : samples.now + .seconds(9)), digest: [UInt8(number), 0, 255])
      }
      for key in all { try await test.store.insert(key) }
      try expectEqual(try await test.store.keys(), all, "the keys")
      try expectEqual(try await test.restart().keys(), all, "the keys after a restart")
    },
    StoreRule("a key that is removed is gone, and nobody removes it twice") { test in
      let samples = StoreSamples()
      let key = APIKey(id: KeyID(samples.ids.next()), name: "gone", namespaces: nil, createdAt: samples.now)
      try await test.store.insert(StoredKey(key: key, digest: [1]))
      try await test.store.delete(key.id)
      try expectEqual(try await test.store.keys(), [], "the keys")
      try await expectError(.stale, "the second removal") { () throws(StoreError) in try await test.store.delete(key.id) }
    },
    StoreRule("who made a webhook is known by its first revision") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook, by: "first")
      webhook.revision = 2
      try await test.store.update(webhook, by: "second")
      let unknown = WebhookID(samples.ids.next())
      try expectEqual(try await test.store.makers(of: [webhook.id, unknown]), [webhook.id: "first"], "the makers")
    },
    StoreRule("events of several namespaces page newest first, and no others are among them") { test in
      let samples = StoreSamples()
      let all = (0..<24).map { samples.event(type: $0 < 20 ? "a" : "b", namespace: ["x", "y", "z"][$0 % 3]) }
      _ = try await test.store.append(all)
      let filter = EventFilter(type: EventType(stored: "a"), namespaces: [Namespace(stored: "x"), Namespace(stored: "z")])
      let wanted = all.filter { $0.event.namespace.name != "y" && $0.event.type.name == "a" }.reversed().map(\.event.id)
      var (found, cursor): ([EventID], Int64?) = ([], nil)
      while true {
        let page = try await test.store.events(filter, before: cursor, limit: 3, maxBytes: .max)
        guard let last = page.last else { break }
        found += page.map(\.id)
        cursor = last.key.key
      }
      try expectEqual(found, wanted, "the pages")
      let none = try await test.store.events(EventFilter(namespaces: []), before: nil, limit: 3, maxBytes: .max)
      try expectEqual(none.count, 0, "the events of no namespaces")
    },
    StoreRule("deliveries are limited to those whose event and webhook are both in a namespace") { test in
      let samples = StoreSamples()
      let (x, y) = (Namespace(stored: "x"), Namespace(stored: "y"))
      let webhooks = try [x, y, nil].map { namespace in try samples.webhook { $0.namespace = namespace } }
      for webhook in webhooks { try await test.store.insert(webhook) }
      let events = ["x", "y"].map { samples.event(namespace: $0, for: webhooks.map(\.id)) }
      _ = try await test.store.append(events)
      func found(_ namespaces: [Namespace]) async throws -> [DeliveryID] {
        try await test.store.deliveries(DeliveryFilter(namespaces: namespaces), before: nil, limit: 10).map(\.id)
      }
      let own = events[0].deliveries[0].id
      try expectEqual(try await found([x]), [own], "the deliveries of x")
      let both = (events[0].deliveries.prefix(2) + events[1].deliveries.prefix(2)).map(\.id).sorted(by: >)
      try expectEqual(try await found([x, y]), both, "the deliveries of x and y")
      try expectEqual(try await found([]), [], "the deliveries of no namespaces")
      try expectEqual(try await test.store.known(own).webhookNamespace, x, "the webhook's namespace")
      try await test.store.delete(webhooks[0].id)
      try expectEqual(try await found([x]), [own], "the deliveries of x after its webhook was deleted")
      var moved = webhooks[1]
      (moved.namespace, moved.revision) = (x, 2)
      try await test.store.update(moved)
      try expectEqual(try await found([x]).count, 2, "the deliveries of x after a webhook moved there")
      try expectEqual(try await test.store.known(events[0].deliveries[2].id).webhookNamespace, nil, "no namespace")
    },
  ]
}
