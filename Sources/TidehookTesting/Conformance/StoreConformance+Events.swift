// Rules about events: stored whole, once, and told apart from repeats and contradictions.

import TidehookCore

extension StoreConformance {
  static let events: [StoreRule] = [
    StoreRule("an event reads back byte for byte") { test in
      let samples = StoreSamples()
      let new = samples.event(id: EventID(stored: "order:1-a"), namespace: "tëst'\";--", data: #"{"a":"é\u0000","b":[1,{}]}"#)
      try expectEqual(try await test.store.append([new]), [.stored], "the result")
      guard let event = try await test.store.event(new.event.id) else { throw RuleBroken(description: "expected the event to be there") }
      try expectEqual(event.payload, new.event.payload, "the payload")
      try expectEqual(event.key, new.event.key, "the key")
      try expectEqual(event.namespace, new.event.namespace, "the namespace")
      try expectEqual(event.type, new.event.type, "the type")
      try expectEqual(event.timestamp, new.event.timestamp, "the time")
      try expectEqual(event.acceptedAt, new.event.acceptedAt, "the time of acceptance")
    },
    StoreRule("an event keeps its trace, and has it where it is claimed, after a restart too") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let trace = TraceContext(traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", tracestate: "a=1,b=2")
      let (with, without) = (samples.event(for: [webhook.id], trace: trace), samples.event(for: [webhook.id]))
      try await test.store.insert(webhook)
      _ = try await test.store.append([with, without])
      let store = try await test.restart()
      try expectEqual(try await store.event(with.event.id)?.trace, trace, "the trace")
      try expectEqual(try await store.event(without.event.id)?.trace, nil, "the trace of an event without one")
      let claim = try await store.claim(webhook.id, dueBy: samples.now, limit: 9, maxBytes: 1 << 20)
      try expectEqual(claim.deliveries.map(\.event.trace), [trace, nil], "the traces of what was claimed")
      try expectEqual(claim.deliveries.last?.event.traceID, without.event.traceID, "the id of the trace that begins with an event")
    },
    StoreRule("an unknown event is nil, and no events are no work") { test in
      try expect(try await test.store.event(EventID(stored: "nothing")) == nil, "no event")
      try expectEqual(try await test.store.append([]), [], "the result of nothing")
    },
    StoreRule("a repeat is a duplicate and delivers nothing twice") { test in
      let samples = StoreSamples()
      let (one, two) = (try samples.webhook(), try samples.webhook())
      try await test.store.insert(one)
      try await test.store.insert(two)
      let first = samples.event(for: [one.id, two.id])
      let again = samples.event(id: first.event.id, for: [one.id, two.id])
      try expectEqual(try await test.store.append([first]), [.stored], "the first result")
      try expectEqual(try await test.store.append([again]), [.duplicate(of: first.event.id, deliveries: 2)], "the second result")
      let deliveries = try await test.store.deliveries(DeliveryFilter(event: first.event.id), before: nil, limit: 10)
      try expectEqual(deliveries.count, 2, "the number of deliveries")
    },
    StoreRule("the same id with other data, type or namespace is a conflict") { test in
      let samples = StoreSamples()
      let first = samples.event(data: #"{"n":1}"#)
      let id = first.event.id
      let others = [
        samples.event(id: id, data: #"{"n":2}"#), samples.event(id: id, type: "memory.updated", data: #"{"n":1}"#),
        samples.event(id: id, namespace: "other", data: #"{"n":1}"#),
      ]
      try expectEqual(try await test.store.append([first]), [.stored], "the first result")
      let results = try await test.store.append(others)
      try expectEqual(results, others.map { _ in .conflict(with: id) }, "the others' results")
      try expectEqual(try await test.store.event(id)?.payload, first.event.payload, "the stored payload")
    },
    StoreRule("a time counts in a comparison only when the producer gave it") { test in
      let samples = StoreSamples()
      let first = samples.event(ownTime: samples.now)
      let id = first.event.id
      let silent = samples.event(id: id, acceptedAt: samples.now + .seconds(9))
      let results = try await test.store.append([
        first, silent, samples.event(id: id, ownTime: samples.now), samples.event(id: id, ownTime: samples.now + .seconds(9)),
      ])
      let same = AppendResult.duplicate(of: id, deliveries: 0)
      try expectEqual(results, [.stored, same, same, .conflict(with: id)], "the results")
    },
    StoreRule("an idempotency key recognises a repeat under another id") { test in
      let samples = StoreSamples()
      let first = samples.event(idempotencyKey: "key 1")
      let same = samples.event(idempotencyKey: "key 1")
      let other = samples.event(data: #"{"other":true}"#, idempotencyKey: "key 1")
      let results = try await test.store.append([first, same, other, samples.event(idempotencyKey: "key 2")])
      let id = first.event.id
      try expectEqual(results, [.stored, .duplicate(of: id, deliveries: 0), .conflict(with: id), .stored], "the results")
    },
    StoreRule("a repeat or a contradiction in a batch stops only itself") { test in
      let samples = StoreSamples()
      let (one, two) = (samples.event(), samples.event())
      let batch = [one, samples.event(id: one.event.id), samples.event(id: one.event.id, data: "{}"), two]
      let id = one.event.id
      let results = try await test.store.append(batch)
      try expectEqual(results, [.stored, .duplicate(of: id, deliveries: 0), .conflict(with: id), .stored], "the results")
    },
    StoreRule("what many append at once is all stored, and outlives the process") { test in
      let samples = StoreSamples()
      let ids = try await withThrowingTaskGroup(of: [EventID].self) { group in
        for _ in 0..<32 {
          group.addTask {
            let events = (0..<10).map { _ in samples.event() }
            for event in events { try expectEqual(try await test.store.append([event]), [.stored], "a result") }
            return events.map(\.event.id)
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      let store = try await test.restart()
      for id in ids { try expect(try await store.event(id) != nil, "event \(id) to be there after a restart") }
    },
  ]
}
