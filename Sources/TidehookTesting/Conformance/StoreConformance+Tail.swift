// Rules about reading the newest events.

import TidehookCore

extension StoreConformance {
  private static let everything: TailFilter = { _, _ in true }

  private static func only(_ type: String) -> TailFilter { { found, _ in found.name == type } }

  private static func tail(
    _ store: any FullStore, after position: TailPosition = TailPosition(key: 0), for readers: [TailFilter] = [everything],
    limits: TailLimits = TailLimits()
  ) async throws -> TailPage {
    try await store.tail(after: position, for: readers, limits: limits)
  }

  private static func ids(_ page: TailPage) -> [EventID] { page.events.map(\.event.id) }

  /// Events that are committed in an order of their own: each step in one write, later ones with lower keys.
  private static func appendLate(_ store: any FullStore, _ samples: StoreSamples) async throws -> [NewEvent] {
    let all = (0..<8).map { _ in samples.event(type: "a") }
    let steps = [[0], [5], [1, 3], [2], [6, 4, 7]]
    for step in steps { _ = try await store.append(step.map { all[$0] }) }
    return [0, 5, 1, 3, 2, 4, 6, 7].map { all[$0] }
  }

  static let tail: [StoreRule] = [
    StoreRule("the newest events come oldest first, each with those who want it") { test in
      let samples = StoreSamples()
      let all = ["a", "b", "a", "c"].map { samples.event(type: $0) }
      _ = try await test.store.append([all[0]])
      let end = try await test.store.tailEnd()
      _ = try await test.store.append(Array(all[1...]))
      let page = try await tail(test.store, after: end, for: [only("a"), everything, only("b")])
      try expectEqual(ids(page), all[1...].map(\.event.id), "the events")
      try expectEqual(page.events.map(\.event.payload), all[1...].map(\.event.payload), "the payloads")
      try expectEqual(page.events.map(\.readers), [[1, 2], [0, 1], [1]], "who wants them")
      try expectEqual(page.cut, [], "those who miss something")
      try expectEqual(ids(try await tail(test.store, after: page.end)), [], "what comes after that")
      try expectEqual(ids(try await tail(test.store, after: end, for: [only("c")])), [all[3].event.id], "what one wants")
    },
    StoreRule("a reading ends at each of its limits, and says who misses something") { test in
      let samples = StoreSamples()
      let all = (0..<6).map { _ in samples.event(type: "a", namespace: "y") }
      _ = try await test.store.append(all)
      for limit in [TailLimits(rows: 2), TailLimits(events: 2), TailLimits(bytes: all[5].event.payload.count + 1)] {
        let page = try await tail(test.store, limits: limit)
        try expectEqual(ids(page), all.suffix(2).map(\.event.id), "the events")
        try expectEqual(page.cut, [0], "those who miss something")
        try expectEqual(page.end.key, all[5].event.key.key, "the end")
      }
      let whole = try await tail(test.store, limits: TailLimits(rows: 6, events: 6))
      try expect(whole.cut.isEmpty && whole.events.count == 6, "nothing to be left out at the limits")
    },
    StoreRule("who wants little gets it, however much others want") { test in
      let samples = StoreSamples()
      let rare = samples.event(type: "rare")
      _ = try await test.store.append([rare] + (0..<50).map { _ in samples.event(type: "a") })
      let page = try await tail(test.store, for: [everything, only("rare"), everything], limits: TailLimits(events: 3))
      try expectEqual(page.cut, [0, 2], "those who miss something")
      try expectEqual(page.events.filter { $0.readers.contains(1) }.map(\.event.id), [rare.event.id], "what the second one gets")
      try expectEqual(page.events.filter { $0.readers == [0, 2] }.count, 3, "what the others get")
    },
    StoreRule("a position of the future counts as the end, with its notes too") { test in
      let samples = StoreSamples()
      _ = try await appendLate(test.store, samples)
      let end = try await test.store.tailEnd()
      let positions = [
        TailPosition(key: .max), TailPosition(key: .max, note: .max, count: .max), TailPosition(key: end.key, note: .max),
        TailPosition(key: end.key, note: end.note, count: .max),
      ]
      for position in positions {
        let page = try await tail(test.store, after: position)
        try expectEqual(page.end, end, "the end of a reading after \(position)")
        let isBeyondNotes = position.note >= end.note
        try expectEqual(page.events.isEmpty, isBeyondNotes, "whether nothing came after \(position)")
      }
      // Of a note of which nothing was seen all is told, once.
      let page = try await tail(test.store, after: TailPosition(key: end.key, note: end.note))
      try expectEqual(page.events.isEmpty, false, "whether nothing is in the last note")
      try expectEqual(page.end, end, "the end after the last note")
      let next = samples.event(type: "a")
      _ = try await test.store.append([next])
      try expectEqual(ids(try await tail(test.store, after: page.end)), [next.event.id], "what came then")
    },
    StoreRule("who goes on after an event misses none that was committed later, and sees none twice, after a restart too") { test in
      let samples = StoreSamples()
      let start = try await test.store.tailEnd()
      let order = try await appendLate(test.store, samples)
      let once = try await tail(test.store, after: start)
      try expectEqual(Set(ids(once)), Set(order.map(\.event.id)), "all that was committed")
      try expectEqual(once.events.count, order.count, "how many there are")
      let store = try await test.restart()
      for (index, event) in once.events.enumerated() {
        let rest = try await tail(store, after: event.position)
        try expectEqual(Set(ids(rest)), Set(ids(once).dropFirst(index + 1)), "what comes after event \(index) of a reading")
        try expectEqual(rest.events.count, once.events.count - index - 1, "how many come after event \(index)")
        try expectEqual(rest.end, once.end, "the end")
      }
      let late = samples.event(type: "a")
      _ = try await store.append([samples.event(type: "a")])
      let end = try await store.tailEnd()
      _ = try await store.append([late])
      try expectEqual(ids(try await tail(store, after: end)), [late.event.id], "what is late after a restart")
    },
    StoreRule("who follows sees what is committed out of order as it comes, each event once") { test in
      let samples = StoreSamples()
      let all = (0..<8).map { _ in samples.event(type: "a") }
      var position = try await test.store.tailEnd()
      for step in [[0], [5], [1, 3], [2], [6, 4, 7]] {
        _ = try await test.store.append(step.map { all[$0] })
        let page = try await tail(test.store, after: position)
        try expectEqual(Set(ids(page)), Set(step.map { all[$0].event.id }), "what step \(step) brought")
        try expect(page.events.allSatisfy { $0.isNew(after: position) }, "all of step \(step) to be new")
        try expect(page.events.allSatisfy { !$0.isNew(after: page.end) }, "nothing of step \(step) to be new then")
        position = page.end
      }
      // Of a note that was seen in part the rest comes.
      let first = try await tail(test.store, after: TailPosition(key: all[5].event.key.key), limits: TailLimits())
      try expectEqual(first.events.prefix(3).map(\.event.id), [1, 3, 2].map { all[$0].event.id }, "the late ones, in their order")
      let rest = try await tail(test.store, after: first.events[0].position)
      try expectEqual(rest.events.prefix(2).map(\.event.id), [3, 2].map { all[$0].event.id }, "what is left of a note")
    },
  ]
}
