// Rules about reading the newest events.

import TidehookCore

extension StoreConformance {
  private static func tail(
    _ store: any FullStore, after key: Int64 = 0, except known: Set<Int64> = [], limits: TailLimits = TailLimits()
  ) async throws -> TailPage {
    try await store.tail(after: key, except: known, limits: limits) { type, namespace in type.name == "a" || namespace.name == "x" }
  }

  static let tail: [StoreRule] = [
    StoreRule("the newest events come oldest first, those that are not wanted or known left out") { test in
      let samples = StoreSamples()
      let all = (0..<6).map { samples.event(type: $0 < 4 ? "a" : "b", namespace: $0 == 5 ? "x" : "y") }
      _ = try await test.store.append(all)
      let keys = all.map(\.event.key.key)
      let page = try await tail(test.store, after: keys[0], except: [keys[2]])
      try expectEqual(page.events.map(\.id), [1, 3, 5].map { all[$0].event.id }, "the events")
      try expectEqual(page.events.map(\.payload), [1, 3, 5].map { all[$0].event.payload }, "the payloads")
      try expectEqual(page.keys, Set(keys.dropFirst()), "the keys")
      try expect(page.isWhole, "nothing to be left out")
      try expectEqual(try await tail(test.store, after: keys[5]).keys, [], "the keys after the last")
    },
    StoreRule("a reading ends at each of its limits, and says so") { test in
      let samples = StoreSamples()
      let all = (0..<6).map { _ in samples.event(type: "a", namespace: "y") }
      _ = try await test.store.append(all)
      let limits = [TailLimits(rows: 2), TailLimits(events: 2), TailLimits(bytes: all[5].event.payload.count + 1)]
      for limit in limits {
        let page = try await tail(test.store, limits: limit)
        try expectEqual(page.events.map(\.id), all.suffix(2).map(\.event.id), "the events")
        try expect(!page.isWhole, "something to be left out")
      }
      let known: Set = [all[4].event.key.key]
      let overlapping = try await tail(test.store, except: known, limits: TailLimits(rows: 2))
      try expect(overlapping.isWhole && overlapping.events.count == 1, "nothing to be left out before what is known")
      let whole = try await tail(test.store, limits: TailLimits(rows: 6, events: 6))
      try expect(whole.isWhole && whole.events.count == 6, "nothing to be left out at the limits")
    },
  ]
}
