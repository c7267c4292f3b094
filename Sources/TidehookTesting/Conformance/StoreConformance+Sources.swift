// Rules about sources: changed one revision at a time, gone with all that was theirs.

package import TidehookCore

extension StoreConformance {
  static let sources: [StoreRule] = [
    StoreRule("a source reads back whole, after a restart too") { test in
      let samples = StoreSamples()
      var hmac = VerificationRule(.hmac)
      (hmac.header, hmac.prefix, hmac.timestampHeader, hmac.toleranceSeconds) = ("X-Sig", "v=", "X-Time", 9)
      hmac.template = "{timestamp}.{body}"
      let plain = samples.source()
      let full = samples.source { source in
        source.name = "git-hub_2"
        source.code = .plugin(PluginStage(name: "from-github", options: ["ünï": [1, "two"]]))
        source.namespace = Namespace(stored: "team a")
        source.verify = hmac
        source.secrets = [Secret("one \"ü\""), Secret("two")]
        source.dedupe = DedupeRule(.path("data.id"), windowSeconds: 60)
        source.methods = ["POST", "PUT"]
        source.contentTypes = ["application/json"]
        source.maxBodyBytes = 77
        source.rateLimit = RateLimit(count: 3, perSeconds: 60, burst: 2)
        source.isActive = false
      }
      let scripted = samples.source { $0.code = .script("function receive(r)\n  return {} -- \"ü\"\nend") }
      for source in [scripted, plain, full] { try await test.store.insert(source, by: "admin") }
      try expectEqual(try await test.restart().sources(), [plain, full, scripted], "the sources, oldest first")
    },
    StoreRule("a change of a source must be the next revision") { test in
      let samples = StoreSamples()
      var source = samples.source()
      try await test.store.insert(source, by: "admin")
      source.revision = 2
      source.name = "second"
      source.secrets = [Secret("another")]
      source.updatedAt = samples.now + .seconds(1)
      let change = source
      try await test.store.update(change, by: "admin")
      try await expectError(.stale, "the same change again") { () throws(StoreError) in try await test.store.update(change, by: "admin") }
      source.revision = 4
      let leap = source
      try await expectError(.stale, "a change that skips one") { () throws(StoreError) in try await test.store.update(leap, by: "admin") }
      try expectEqual(try await test.store.sources(), [change], "the sources")
    },
    StoreRule("a deleted source is gone with all that it received, and takes nothing any more") { test in
      let samples = StoreSamples()
      let (gone, kept) = (samples.source(), samples.source())
      for source in [gone, kept] {
        try await test.store.insert(source, by: "admin")
        _ = try await test.store.append(samples.receipt(of: source, dedupe: "id 1"), events: [])
      }
      try await test.store.delete(gone.id)
      try expectEqual(try await test.store.sources(), [kept], "the sources")
      try expectEqual(try await test.store.receipts(ReceiptFilter(source: gone.id), before: nil, limit: 9).count, 0, "its requests")
      try expectEqual(try await test.store.receipts(ReceiptFilter(source: kept.id), before: nil, limit: 9).count, 1, "the other's requests")
      try expect(try await test.store.earlier("id 1", at: gone.id, now: samples.now) == nil, "its sender's id to be forgotten")
      try expect(try await test.store.earlier("id 1", at: kept.id, now: samples.now) != nil, "the other's sender's id to be known")
      try await expectError(.stale, "a second deletion") { () throws(StoreError) in try await test.store.delete(gone.id) }
      let late = samples.receipt(of: gone)
      let event = samples.event()
      try await expectError(.stale, "a late request") { () throws(StoreError) in _ = try await test.store.append(late, events: [event]) }
      try expect(try await test.store.event(event.event.id) == nil, "the event of a late request not to be stored")
    },
  ]
}

extension StoreSamples {
  /// A source that believes everybody.
  package func source(_ change: (inout Source) -> Void = { _ in }) -> Source {
    var source = Source(id: SourceID(ids.next()), name: "sample", verify: VerificationRule(.none), createdAt: now, updatedAt: now)
    change(&source)
    return source
  }

  /// A request to a source, as it is given to a store: accepted, unless changed.
  /// - Parameter dedupe: the sender's id, remembered for a minute.
  package func receipt(
    of source: Source, dedupe: String? = nil, at time: Timestamp? = nil, body: [UInt8] = [0, 255, 10],
    _ change: (inout Receipt) -> Void = { _ in }
  ) -> NewReceipt {
    let at = time ?? now
    let request = InboundRequest(
      method: "POST", url: "https://example.com/in/x/y?a=1", path: "/y", query: "a=1",
      headers: [HeaderField("X-One", "1: ä"), HeaderField("x-two", ""), HeaderField("X-One", "2")], body: body)
    var receipt = Receipt(
      id: InboundRequestID(ids.next()), source: source.id, revision: 3, receivedAt: at, request: request, scheme: .apiKey,
      secretPlaces: ["X-Two", Receipt.secretPath])
    receipt.state = .accepted
    receipt.answer = .accepted(0)
    change(&receipt)
    return NewReceipt(receipt, at: at, dedupe: dedupe.map { ($0, at + .seconds(60)) })
  }
}
