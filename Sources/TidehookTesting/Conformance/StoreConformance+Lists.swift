// Rules about lists: newest first, in pages without gaps, each filter exact.

import TidehookCore

extension StoreConformance {
  static let lists: [StoreRule] = [
    StoreRule("events page newest first without gaps") { test in
      let samples = StoreSamples()
      let all = (0..<25).map { _ in samples.event() }
      _ = try await test.store.append(all)
      var (found, cursor): ([EventID], Int64?) = ([], nil)
      while true {
        let page = try await test.store.events(EventFilter(), before: cursor, limit: 10, maxBytes: .max)
        guard let last = page.last else { break }
        found += page.map(\.id)
        cursor = last.key.key
      }
      try expectEqual(found, all.reversed().map(\.event.id), "the pages")
    },
    StoreRule("a list of events ends with the one that makes it too long") { test in
      let samples = StoreSamples()
      let all = (0..<4).map { _ in samples.event() }
      _ = try await test.store.append(all)
      let size = all[0].event.payload.count
      for (maxBytes, count) in [(0, 1), (1, 1), (size, 1), (size + 1, 2), (2 * size, 2), (3 * size, 3), (9 * size, 4)] {
        let found = try await test.store.events(EventFilter(), before: nil, limit: 10, maxBytes: maxBytes)
        try expectEqual(found.map(\.id), all.reversed().prefix(count).map(\.event.id), "the list of \(maxBytes) bytes")
      }
    },
    StoreRule("events are filtered by type, namespace and time") { test in
      let samples = StoreSamples()
      let start = Timestamp.systemNow()
      let all = [("a", "x", 0), ("a", "y", 10), ("b", "x", 20), ("a", "x", 30)].map { type, namespace, seconds in
        samples.event(type: type, namespace: namespace, acceptedAt: start + .seconds(seconds))
      }
      _ = try await test.store.append(all)
      func found(_ filter: EventFilter) async throws -> [Int] {
        let events = try await test.store.events(filter, before: nil, limit: 10, maxBytes: .max)
        return events.compactMap { event in all.firstIndex { $0.event.id == event.id } }
      }
      try expectEqual(try await found(EventFilter(type: EventType(stored: "a"))), [3, 1, 0], "those of a type")
      try expectEqual(try await found(EventFilter(namespace: Namespace(stored: "x"))), [3, 2, 0], "those of a namespace")
      let both = EventFilter(type: EventType(stored: "a"), namespace: Namespace(stored: "x"))
      try expectEqual(try await found(both), [3, 0], "those of both")
      let span = EventFilter(since: start + .seconds(10), until: start + .seconds(30))
      try expectEqual(try await found(span), [2, 1], "those of a time")
    },
    StoreRule("deliveries are filtered by state, webhook, type, event and time") { test in
      let samples = StoreSamples()
      let (one, two) = (try samples.webhook(), try samples.webhook())
      try await test.store.insert(one)
      try await test.store.insert(two)
      let start = Timestamp.systemNow()
      let events = DeliveryState.allCases.enumerated().map { index, state in
        samples.event(type: "type.\(state)", acceptedAt: start + .seconds(index), for: [one.id, two.id], isLeased: true)
      }
      _ = try await test.store.append(events)
      for (event, state) in zip(events, DeliveryState.allCases) where state != .pending {
        for delivery in event.deliveries { try await test.store.record(samples.result(delivery.id, state)) }
      }
      func found(_ filter: DeliveryFilter) async throws -> [DeliveryID] {
        try await test.store.deliveries(filter, before: nil, limit: 100).map(\.id)
      }
      func made(_ events: some Sequence<NewEvent>, _ webhook: WebhookID? = nil) -> [DeliveryID] {
        events.flatMap(\.deliveries).filter { webhook == nil || $0.webhook == webhook }.map(\.id).sorted(by: >)
      }
      try expectEqual(try await found(DeliveryFilter()), made(events), "all")
      try expectEqual(try await found(DeliveryFilter(webhook: one.id)), made(events, one.id), "a webhook's")
      for (event, state) in zip(events, DeliveryState.allCases) {
        try expectEqual(try await found(DeliveryFilter(states: [state])), made([event]), "those \(state)")
        try expectEqual(try await found(DeliveryFilter(states: [state], webhook: two.id)), made([event], two.id), "a webhook's \(state)")
        try expectEqual(try await found(DeliveryFilter(type: event.event.type)), made([event]), "a type's")
        try expectEqual(try await found(DeliveryFilter(event: event.event.id)), made([event]), "an event's")
      }
      let span = DeliveryFilter(since: start + .seconds(2), until: start + .seconds(4))
      try expectEqual(try await found(span), made(events[2..<4]), "those of a time")
      try expectEqual(try await found(DeliveryFilter(event: EventID(stored: "none"))), [], "those of no event")
    },
    StoreRule("pending deliveries page in order, whether held or not") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let all = (0..<20).map { samples.event(for: [webhook.id], isLeased: $0 % 3 == 0) }
      _ = try await test.store.append(all)
      var (found, cursor): ([DeliveryID], Int64?) = ([], nil)
      while true {
        let page = try await test.store.deliveries(DeliveryFilter(states: [.pending], webhook: webhook.id), before: cursor, limit: 6)
        guard let last = page.last else { break }
        found += page.map(\.id)
        cursor = last.id.key
      }
      try expectEqual(found, all.reversed().map(\.deliveries[0].id), "the pages")
    },
    StoreRule("a store that works is healthy") { test in
      try await test.store.checkHealth()
    },
  ]
}
