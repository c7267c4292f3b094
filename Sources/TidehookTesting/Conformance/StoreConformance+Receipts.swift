// Rules about what sources receive: stored with its events or not at all, once for each id of a sender, and never without bound.

import TidehookCore

extension StoreConformance {
  static let receipts: [StoreRule] = [
    StoreRule("a request reads back whole, after a restart too, and short in lists") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let new = samples.receipt(of: source) { receipt in
        receipt.state = .rejected
        receipt.reason = "no \"good\""
        receipt.answer = InboundAnswer(
          status: 418, headers: [HeaderField("X-A", "1")], body: Array("a\n\nb".utf8) + [255], contentType: "text/x; charset=utf-8")
        receipt.log = "a line\nanother"
        receipt.plugin = PluginVersion(name: "from-x", revision: 7)
      }
      try expectEqual(try await test.store.append(new, events: []).results, [], "the results of no events")
      let store = try await test.restart()
      let found = try await store.knownReceipt(new.receipt.id, of: source)
      try expectSame(found, new.receipt)
      guard let row = try await store.receipts(ReceiptFilter(source: source.id), before: nil, limit: 2).first else {
        throw RuleBroken(description: "expected the request in the list")
      }
      try expectEqual(row.bodyBytes, 3, "the length of the body in a list")
      try expectEqual(row.request.body.count + row.request.headers.count + row.log.utf8.count, 0, "what is long in a list")
      try expectEqual(row.reason, new.receipt.reason, "the reason in a list")
    },
    StoreRule("rejected requests are counted since a time, up to a limit, of each source") { test in
      let samples = StoreSamples()
      let (source, quiet) = (try await test.source(samples), try await test.source(samples))
      let before = Timestamp.systemNow() + .seconds(-1)
      for reason in ["one", "two", "three"] {
        let new = samples.receipt(of: source) { ($0.state, $0.reason) = (.rejected, reason) }
        _ = try await test.store.append(new, events: [])
      }
      _ = try await test.store.append(samples.receipt(of: quiet), events: [samples.event()])
      let ids = [source.id, quiet.id]
      let wanted = Rejections(count: 3, first: samples.receipt(of: source).receipt.receivedAt, lastReason: "three")
      try expectEqual(try await test.store.rejections(of: ids, since: before, upTo: 9), [source.id: wanted], "the rejections")
      let some = try await test.store.rejections(of: ids, since: before, upTo: 2)
      try expectEqual(some[source.id].map { [$0.count, $0.isAtLeast ? 1 : 0] }, [2, 1], "the rejections up to a limit")
      let later = Timestamp.systemNow() + .seconds(60)
      try expectEqual(try await test.store.rejections(of: ids, since: later, upTo: 9), [:], "the rejections of later")
      try expectEqual(try await test.store.rejections(of: [], since: before, upTo: 9), [:], "the rejections of no source")
    },
    StoreRule("an answer without body and media type reads back as such") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let new = samples.receipt(of: source) { $0.answer = InboundAnswer(status: 204, headers: [HeaderField("Allow", "POST")]) }
      _ = try await test.store.append(new, events: [])
      try expectEqual(try await test.store.knownReceipt(new.receipt.id, of: source).answer, new.receipt.answer, "the answer")
    },
    StoreRule("a request is stored with its events and their deliveries") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let events = [samples.event(for: [webhook.id]), samples.event()]
      let new = samples.receipt(of: source)
      let stored = try await test.store.append(new, events: events)
      try expectEqual(stored.results, [.stored, .stored], "the results")
      try expectEqual(stored.receipt.state, .accepted, "the state")
      let store = try await test.restart()
      let found = try await store.knownReceipt(new.receipt.id, of: source)
      try expectEqual(found.events, events.map(\.event.id), "the events of the request")
      try expectEqual(found.eventCount, 2, "the number of events")
      try expectEqual(
        try await store.deliveries(DeliveryFilter(event: events[0].event.id), before: nil, limit: 9).count, 1, "the number of deliveries")
    },
    StoreRule("a sender's id that came before makes a repeat, answered like the first, until its window ends") { test in
      let samples = StoreSamples()
      let (source, other) = (try await test.source(samples), try await test.source(samples))
      let first = samples.receipt(of: source, dedupe: "id 1") { $0.answer = InboundAnswer(status: 201, body: [1], contentType: "a/b") }
      _ = try await test.store.append(first, events: [samples.event()])
      let event = samples.event()
      let again = try await test.store.append(samples.receipt(of: source, dedupe: "id 1", at: samples.now + .seconds(59)), events: [event])
      try expectEqual(again.results, [], "the results of a repeat")
      try expectEqual(again.receipt.state, .duplicate, "the state of a repeat")
      try expectEqual(again.receipt.answer, first.receipt.answer, "the answer to a repeat")
      try expect(try await test.store.event(event.event.id) == nil, "the event of a repeat not to be stored")
      try expectEqual(try await test.store.earlier("id 1", at: source.id, now: samples.now)?.id, first.receipt.id, "the first request")
      let elsewhere = try await test.store.append(samples.receipt(of: other, dedupe: "id 1"), events: [samples.event()])
      try expectEqual(elsewhere.receipt.state, .accepted, "the state at another source")
      let late = samples.now + .seconds(60)
      try expect(try await test.store.earlier("id 1", at: source.id, now: late) == nil, "the id to be forgotten after its window")
      let afterwards = samples.receipt(of: source, dedupe: "id 1", at: late)
      try expectEqual(try await test.store.append(afterwards, events: [samples.event()]).receipt.state, .accepted, "the state afterwards")
    },
    StoreRule("an id that was not given is not remembered") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      _ = try await test.store.append(samples.receipt(of: source) { $0.state = .rejected }, events: [])
      try expect(try await test.store.earlier("", at: source.id, now: samples.now) == nil, "no id to be remembered")
    },
    StoreRule("a request whose events all came before is a repeat; a contradiction stops only itself and is told") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let known = samples.event()
      _ = try await test.store.append([known])
      let repeated = try await test.store.append(samples.receipt(of: source), events: [samples.event(id: known.event.id)])
      try expectEqual(repeated.receipt.state, .duplicate, "the state")
      try expectEqual(repeated.receipt.events, [known.event.id], "the events")
      let (new, contrary) = (samples.event(), samples.event(id: known.event.id, data: "{}"))
      let mixed = try await test.store.append(samples.receipt(of: source), events: [contrary, new])
      try expectEqual(mixed.results, [.conflict(with: known.event.id), .stored], "the results")
      try expectEqual(mixed.receipt.state, .rejected, "the state with a contradiction")
      try expectEqual(mixed.receipt.answer.status, 409, "the answer to a contradiction")
      try expectEqual(mixed.receipt.events, [new.event.id], "the events with one new event")
      try expect(mixed.receipt.reason?.contains(known.event.id.rawValue) == true, "the reason to name the contradiction")
    },
    StoreRule("a request is replaced once, and only from its state") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let first = samples.receipt(of: source) { $0.state = .rejected }
      _ = try await test.store.append(first, events: [])
      var again = first
      again.replaces = .rejected
      again.receipt.state = .accepted
      again.receipt.revision = 4
      again.receipt.rerunAt = samples.now + .seconds(5)
      let replacement = again
      let event = samples.event()
      _ = try await test.store.append(replacement, events: [event])
      let found = try await test.store.knownReceipt(first.receipt.id, of: source)
      try expectEqual(found.state, .accepted, "the state")
      try expectEqual(found.events, [event.event.id], "the events")
      try expectEqual(found.rerunAt, replacement.receipt.rerunAt, "the time of the second run")
      try expectEqual(found.request.body, first.receipt.request.body, "the body")
      let late = samples.event()
      try await expectError(.stale, "a second replacement") { () throws(StoreError) in
        _ = try await test.store.append(replacement, events: [late])
      }
      try expect(try await test.store.event(late.event.id) == nil, "the event of a second replacement not to be stored")
      let rejected = try await test.store.receipts(ReceiptFilter(source: source.id, state: .rejected), before: nil, limit: 9)
      try expectEqual(rejected.count, 0, "what is still rejected")
    },
    StoreRule("requests are listed newest first, by state and time, page by page") { test in
      let samples = StoreSamples()
      let (source, other) = (try await test.source(samples), try await test.source(samples))
      var all: [Receipt] = []
      for number in 0..<8 {
        let state = ReceiptState.allCases[number % 4]
        let new = samples.receipt(of: source) { $0.state = state }
        all.insert(try await test.store.append(new, events: []).receipt, at: 0)
      }
      _ = try await test.store.append(samples.receipt(of: other), events: [])
      func ids(_ filter: ReceiptFilter, before: Int64? = nil, limit: Int = 20) async throws -> [InboundRequestID] {
        try await test.store.receipts(filter, before: before, limit: limit).map(\.id)
      }
      try expectEqual(try await ids(ReceiptFilter(source: source.id)), all.map(\.id), "the list")
      let page = try await ids(ReceiptFilter(source: source.id), before: all[2].id.key, limit: 3)
      try expectEqual(page, all[3...5].map(\.id), "the second page")
      let rejected = try await ids(ReceiptFilter(source: source.id, state: .rejected))
      try expectEqual(rejected, all.filter { $0.state == .rejected }.map(\.id), "the rejected ones")
      try expectEqual(try await ids(ReceiptFilter(source: source.id, since: samples.now)).count, 8, "those from the first on")
      try expectEqual(try await ids(ReceiptFilter(source: source.id, until: samples.now)).count, 0, "those before the first")
      try expectEqual(try await ids(ReceiptFilter(source: source.id, since: samples.now + .seconds(1))).count, 0, "those after the last")
    },
    StoreRule("of each state the newest thousand requests are kept") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let accepted = samples.receipt(of: source)
      _ = try await test.store.append(accepted, events: [])
      let all = (0..<(ReceiptLimits.requests + 3)).map { _ in samples.receipt(of: source) { $0.state = .rejected } }
      for new in all { _ = try await test.store.append(new, events: []) }
      let kept = try await test.store.receipts(ReceiptFilter(source: source.id, state: .rejected), before: nil, limit: 2000)
      try expectEqual(kept.map(\.id), all.dropFirst(3).reversed().map(\.receipt.id), "the rejected ones")
      _ = try await test.store.knownReceipt(accepted.receipt.id, of: source)
    },
    StoreRule("64 MiB are kept of a source, and a flood of one kind pushes out its own") { test in
      let samples = StoreSamples()
      let source = try await test.source(samples)
      let accepted = samples.receipt(of: source)
      _ = try await test.store.append(accepted, events: [])
      let body = [UInt8](repeating: 7, count: 10 << 20)
      for _ in 0..<8 { _ = try await test.store.append(samples.receipt(of: source, body: body) { $0.state = .rejected }, events: []) }
      let kept = try await test.store.receipts(ReceiptFilter(source: source.id, state: .rejected), before: nil, limit: 99)
      try expectEqual(kept.count, 6, "how many of 10 MiB are kept")
      _ = try await test.store.knownReceipt(accepted.receipt.id, of: source)
    },
  ]

  /// Compares what a store must keep of a request.
  private static func expectSame(_ found: Receipt, _ wanted: Receipt) throws {
    try expectEqual(found.id, wanted.id, "the id")
    try expectEqual(found.source, wanted.source, "the source")
    try expectEqual(found.revision, wanted.revision, "the revision")
    try expectEqual(found.receivedAt, wanted.receivedAt, "the time")
    try expectEqual(found.request.method, wanted.request.method, "the method")
    try expectEqual(found.request.url, wanted.request.url, "the URL")
    try expectEqual(found.request.path, wanted.request.path, "the path")
    try expectEqual(found.request.query, wanted.request.query, "the query")
    try expectEqual(found.request.headers, wanted.request.headers, "the headers")
    try expectEqual(found.request.body, wanted.request.body, "the body")
    try expectEqual(found.bodyBytes, wanted.bodyBytes, "the length of the body")
    try expectEqual(found.scheme, wanted.scheme, "the scheme")
    try expectEqual(found.secretPlaces, wanted.secretPlaces, "the places of secrets")
    try expectEqual(found.state, wanted.state, "the state")
    try expectEqual(found.reason, wanted.reason, "the reason")
    try expectEqual(found.answer, wanted.answer, "the answer")
    try expectEqual(found.log, wanted.log, "the log")
    try expectEqual(found.plugin, wanted.plugin, "the plugin")
    try expectEqual(found.events, wanted.events, "the events")
    try expectEqual(found.rerunAt, wanted.rerunAt, "the time of a second run")
  }
}

extension StoreUnderTest {
  /// Stores a source.
  func source(_ samples: StoreSamples) async throws -> Source {
    let source = samples.source()
    try await store.insert(source, by: "admin")
    return source
  }
}

extension ReceiptHistory {
  /// A request that must be there.
  func knownReceipt(_ id: InboundRequestID, of source: Source) async throws -> Receipt {
    guard let receipt = try await receipt(id, of: source.id) else { throw RuleBroken(description: "expected request \(id) to be there") }
    return receipt
  }
}
