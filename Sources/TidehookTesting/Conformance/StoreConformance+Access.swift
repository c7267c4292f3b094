// Rules about what opens the receivers of webhooks: kept whole, in no revision, and forgotten with the webhook.

import TidehookCore

extension StoreConformance {
  static let access: [StoreRule] = [
    StoreRule("how a webhook is reached reads back whole, after a restart and a change too") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook { $0.access = Self.sample }
      try await test.store.insert(webhook)
      let bare = try samples.webhook()
      try await test.store.insert(bare)
      try expectEqual(try await test.restart().webhooks().map(\.access), [Self.sample, EndpointAccess()], "the stored ones")
      (webhook.revision, webhook.access.auth) = (2, .bearer(Secret("another")))
      try await test.store.update(webhook)
      try expectEqual(try await test.store.webhooks().first?.access, webhook.access, "the changed one")
    },
    StoreRule("how a webhook is reached is no part of a revision, but each says what of it changed") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook)
      (webhook.revision, webhook.access) = (2, Self.sample)
      try await test.store.update(webhook)
      (webhook.revision, webhook.name) = (3, "third")
      try await test.store.update(webhook)
      (webhook.revision, webhook.access.proxy) = (4, .gateway)
      try await test.store.update(webhook)
      let found = try await test.restart().revisions(of: webhook.id, before: nil, limit: 10)
      try expectEqual(found.map(\.changedAccess), [[.proxy], [], .all, []], "what changed")
      try expect(found.allSatisfy(\.webhook.access.isEmpty), "revisions without it")
    },
    StoreRule("a deleted webhook's credentials are forgotten") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook { $0.access = Self.sample }
      try await test.store.insert(webhook)
      try await test.store.delete(webhook.id)
      let found = try await test.restart().revisions(of: webhook.id, before: nil, limit: 10)
      try expect(found.allSatisfy(\.webhook.access.isEmpty), "revisions without it")
    },
  ]

  private static let sample = EndpointAccess(
    auth: .basic(user: "u", password: Secret("p")), headers: [HeaderField("X-A", "1"), HeaderField("x-b", "ü")],
    tls: EndpointTLS(certificate: "-----BEGIN C", key: Secret("-----BEGIN K"), authorities: "-----BEGIN A"), proxy: .direct)
}
