// Rules about who is signed in to the console.

import TidehookCore

extension StoreConformance {
  private static func token(
    _ digest: UInt8, _ samples: StoreSamples, _ kind: ConsoleToken.Kind = .session, of key: KeyID? = nil
  ) -> ConsoleToken {
    ConsoleToken(
      kind: kind, digest: [digest, 0, 255], key: key, binding: [0, digest], createdAt: samples.now, expiresAt: samples.now + .seconds(60))
  }

  private static func found(_ store: any FullStore) async throws -> [ConsoleToken] {
    try await store.consoleTokens().sorted { $0.digest.lexicographicallyPrecedes($1.digest) }
  }

  static let console: [StoreRule] = [
    StoreRule("who is signed in outlives the process") { test in
      let samples = StoreSamples()
      let all = [token(1, samples), token(2, samples, of: KeyID(samples.ids.next())), token(3, samples, .link)]
      for token in all { try await test.store.insert(token, redeeming: nil) }
      try expectEqual(try await found(test.store), all, "the tokens")
      try expectEqual(try await found(test.restart()), all, "the tokens after a restart")
    },
    StoreRule("a link becomes one session, whoever else asks") { test in
      let samples = StoreSamples()
      let link = token(1, samples, .link)
      try await test.store.insert(link, redeeming: nil)
      try await test.store.insert(token(2, samples), redeeming: link.digest)
      try await expectError(.stale, "the second use") { () throws(StoreError) in
        try await test.store.insert(token(3, samples), redeeming: link.digest)
      }
      try expectEqual(try await found(test.store), [token(2, samples)], "the tokens")
    },
    StoreRule("uses of sessions are noted, never backwards, and others are forgotten at the same time") { test in
      let samples = StoreSamples()
      for digest in [1, 2, 3] as [UInt8] { try await test.store.insert(token(digest, samples), redeeming: nil) }
      let later = samples.now + .seconds(9)
      try await test.store.updateTokens(
        used: [([1, 0, 255], later), ([2, 0, 255], samples.now + .seconds(-9)), ([9], later)], forgotten: [[3, 0, 255], [8]])
      var used = token(1, samples)
      used.usedAt = later
      try expectEqual(try await found(test.store), [used, token(2, samples)], "the tokens")
    },
  ]
}
