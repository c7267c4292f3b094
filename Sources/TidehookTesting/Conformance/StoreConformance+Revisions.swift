// Rules about what is kept for good: each configuration that a webhook had, each content that a plugin had.

import TidehookCore

extension StoreConformance {
  static let revisions: [StoreRule] = [
    StoreRule("every configuration of a webhook is kept, the first one included, with its maker") { test in
      let samples = StoreSamples()
      let first = try samples.webhook()
      try await test.store.insert(first, by: WebhookRevision.admin)
      var second = first
      (second.revision, second.name, second.updatedAt) = (2, "second", samples.now + .seconds(1))
      second.pipeline = [.script("return {}"), .plugin(PluginStage(name: "slack", options: ["channel": "general", "n": 1]))]
      try await test.store.update(second, by: "a key")
      var third = second
      (third.revision, third.isActive, third.updatedAt) = (3, false, samples.now + .seconds(2))
      try await test.store.update(third, by: WebhookRevision.receiver)
      let found = try await test.restart().revisions(of: first.id, before: nil, limit: 10)
      try expectEqual(found.map(\.madeBy), [WebhookRevision.receiver, "a key", WebhookRevision.admin], "the makers")
      try expectEqual(found.map(\.createdAt), [2, 1, 0].map { samples.now + .seconds($0) }, "the times")
      for (revision, webhook) in zip(found, [third, second, first]) { try expectSame(revision.webhook, webhook) }
    },
    StoreRule("revisions page newest first, and one is found by its number") { test in
      let samples = StoreSamples()
      let webhook = try await test.store.change(samples, times: 5)
      func page(before: Int?, _ limit: Int) async throws -> [Int] {
        try await test.store.revisions(of: webhook.id, before: before, limit: limit).map(\.webhook.revision)
      }
      try expectEqual(try await page(before: nil, 2), [5, 4], "the first page")
      try expectEqual(try await page(before: 4, 2), [3, 2], "the second page")
      try expectEqual(try await page(before: 2, 2), [1], "the third page")
      try expectEqual(try await page(before: 1, 2), [], "what comes after")
      try expectEqual(try await test.store.revision(3, of: webhook.id)?.webhook.name, "name 3", "the name of the third")
      for number in [0, 6, -1] { try expect(try await test.store.revision(number, of: webhook.id) == nil, "no revision \(number)") }
    },
    StoreRule("a secret is no part of a revision: each shows the one in use") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook)
      (webhook.revision, webhook.secret) = (2, Secret("another"))
      try await test.store.update(webhook)
      let found = try await test.store.revisions(of: webhook.id, before: nil, limit: 10)
      try expectEqual(found.map(\.webhook.secret.revealed), ["another", "another"], "the secrets")
      (webhook.revision, webhook.name) = (3, "third")
      try await test.store.update(webhook)
      let all = try await test.restart().revisions(of: webhook.id, before: nil, limit: 10)
      try expectEqual(all.map(\.changesSecret), [false, true, false], "which of them changed it")
    },
    StoreRule("keys are in no revision either: each has those of now, and a deleted webhook has none") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook)
      (webhook.revision, webhook.keys) = (2, StoreSamples.keys(endingAt: samples.now))
      try await test.store.update(webhook)
      (webhook.revision, webhook.name) = (3, "third")
      try await test.store.update(webhook)
      let found = try await test.store.revisions(of: webhook.id, before: nil, limit: 10)
      try expectEqual(found.map(\.webhook.keys), [webhook.keys, webhook.keys, webhook.keys], "the keys")
      try expectEqual(found.map(\.changesSecret), [false, true, false], "which of them changed them")
      try await test.store.delete(webhook.id)
      try expectEqual(try await test.restart().revision(1, of: webhook.id)?.webhook.keys, SigningKeys(), "the keys after the deletion")
    },
    StoreRule("a change that comes too late leaves no revision") { test in
      let samples = StoreSamples()
      var webhook = try samples.webhook()
      try await test.store.insert(webhook)
      webhook.revision = 3
      let late = webhook
      try await expectError(.stale, "the change") { () throws(StoreError) in try await test.store.update(late) }
      try expectEqual(try await test.store.revisions(of: webhook.id, before: nil, limit: 10).count, 1, "the number of revisions")
    },
    StoreRule("a deleted webhook keeps its revisions, without its secret; an unknown one has none") { test in
      let samples = StoreSamples()
      let webhook = try await test.store.change(samples, times: 2)
      try await test.store.delete(webhook.id)
      let found = try await test.store.revisions(of: webhook.id, before: nil, limit: 10)
      try expectEqual(found.map(\.webhook.revision), [2, 1], "the revisions")
      try expectEqual(found.map(\.webhook.secret.revealed), ["", ""], "the secrets")
      let guessed = WebhookID(TimeOrderedID(key: webhook.id.key, entropy: 0))
      try expectEqual(try await test.store.revisions(of: guessed, before: nil, limit: 10).count, 0, "the revisions of half an id")
      try expect(try await test.store.revision(1, of: guessed) == nil, "no revision of half an id")
    },
    StoreRule("a deleted webhook keeps no text of its plugins' options, in no revision") { test in
      let samples = StoreSamples()
      let options: JSONValue = ["token": "hunter2", "n": 7, "on": true, "list": ["a", 1], "object": ["key": "b"]]
      var webhook = try samples.webhook { $0.pipeline = [.script("a"), .plugin(PluginStage(name: "chat", options: options))] }
      let other = try samples.webhook { $0.pipeline = [.plugin(PluginStage(name: "chat", options: options))] }
      try await test.store.insert(webhook)
      try await test.store.insert(other)
      (webhook.revision, webhook.pipeline) = (2, [])
      try await test.store.update(webhook)
      (webhook.revision, webhook.pipeline) = (3, [.plugin(PluginStage(name: "chat", options: ["token": "hunter3"]))])
      try await test.store.update(webhook)
      try await test.store.delete(webhook.id)
      let store = try await test.restart()
      let found = try await store.revisions(of: webhook.id, before: nil, limit: 10)
      let hidden: JSONValue = "<secret>"
      let first: JSONValue = ["token": hidden, "n": 7, "on": true, "list": [hidden, 1], "object": ["key": hidden]]
      try expectEqual(found.map(\.webhook.revision), [3, 2, 1], "the revisions")
      try expectEqual(found[0].webhook.pipeline, [.plugin(PluginStage(name: "chat", options: ["token": hidden]))], "the third pipeline")
      try expectEqual(found[1].webhook.pipeline, [], "the second pipeline")
      let stages: [PipelineStage] = [.script("a"), .plugin(PluginStage(name: "chat", options: first))]
      try expectEqual(found[2].webhook.pipeline, stages, "the first pipeline")
      try expectEqual(try await store.webhooks().map(\.pipeline), [other.pipeline], "the pipelines of the others")
      try expectEqual(try await store.revision(1, of: other.id)?.webhook.pipeline, other.pipeline, "the revision of the other")
    },
  ]

  static let plugins: [StoreRule] = [
    StoreRule("a plugin's contents count from 1, each plugin's by itself") { test in
      let now = StoreSamples().now
      try expectEqual(try await test.store.record(plugin: "slack", digest: "a", content: [1], at: now), 1, "the first")
      try expectEqual(try await test.store.record(plugin: "slack", digest: "b", content: [2], at: now), 2, "the second")
      try expectEqual(try await test.store.record(plugin: "slack-2", digest: "a", content: [3], at: now), 1, "another plugin's first")
    },
    StoreRule("the content in use is not stored again; one that comes back is") { test in
      let now = StoreSamples().now
      var revisions: [Int] = []
      for digest in ["a", "a", "b", "b", "a", "a"] {
        revisions.append(try await test.store.record(plugin: "tags", digest: digest, content: [], at: now))
      }
      try expectEqual(revisions, [1, 1, 2, 2, 3, 3], "the revisions")
      try expectEqual(try await test.restart().record(plugin: "tags", digest: "a", content: [], at: now), 3, "the one after a restart")
    },
    StoreRule("a content reads back byte for byte, after a restart too") { test in
      let now = StoreSamples().now
      let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
      _ = try await test.store.record(plugin: "slack", digest: "abc", content: content, at: now)
      let store = try await test.restart()
      let version = PluginVersion(name: "slack", revision: 1)
      guard let found = try await store.pluginRevision(version) else { throw RuleBroken(description: "expected a content") }
      try expectEqual(found.version, version, "the version")
      try expectEqual(found.digest, "abc", "the digest")
      try expect(found.content == content, "the content to be the same")
      try expectEqual(found.createdAt, now, "the time")
      try expect(try await store.pluginRevision(PluginVersion(name: "slack", revision: 2)) == nil, "no second revision")
      try expect(try await store.pluginRevision(PluginVersion(name: "slac", revision: 1)) == nil, "no other plugin")
    },
    StoreRule("a plugin's contents are listed newest first, without the contents") { test in
      let samples = StoreSamples()
      for (index, digest) in ["a", "b", "c"].enumerated() {
        _ = try await test.store.record(plugin: "slack", digest: digest, content: [1, 2], at: samples.now + .seconds(index))
      }
      let found = try await test.store.pluginRevisions(of: "slack")
      try expectEqual(found.map(\.version), [3, 2, 1].map { PluginVersion(name: "slack", revision: $0) }, "the versions")
      try expectEqual(found.map(\.digest), ["c", "b", "a"], "the digests")
      try expectEqual(found.map(\.createdAt), [2, 1, 0].map { samples.now + .seconds($0) }, "the times")
      try expect(found.allSatisfy(\.content.isEmpty), "no contents")
      try expectEqual(try await test.store.pluginRevisions(of: "none").count, 0, "the number of an unknown plugin's")
    },
    StoreRule("the same content from many at once is stored once") { test in
      let now = StoreSamples().now
      let revisions = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 { group.addTask { try await test.store.record(plugin: "slack", digest: "a", content: [1], at: now) } }
        return try await group.reduce(into: Set()) { $0.insert($1) }
      }
      try expectEqual(revisions, [1], "the revisions")
    },
  ]
}

extension WebhookStore {
  /// Stores a webhook that had `count` revisions, called `name 1` and so on.
  fileprivate func change(_ samples: StoreSamples, times count: Int) async throws -> Webhook {
    var webhook = try samples.webhook { $0.name = "name 1" }
    try await insert(webhook)
    for number in 2...count {
      (webhook.revision, webhook.name) = (number, "name \(number)")
      try await update(webhook)
    }
    return webhook
  }
}
