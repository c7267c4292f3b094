// Rules about statistics: counts add up in minutes, hours and days, and what is not done with is counted as it is.

import TidehookCore

extension StoreConformance {
  static let rollups: [StoreRule] = [
    StoreRule("counts read back whole, after a restart too") { test in
      let samples = StoreSamples()
      let (webhook, tally) = (WebhookID(samples.ids.next()), samples.tally())
      try await test.store.add([samples.minute(webhook): tally])
      let store = try await test.restart()
      for width in RollupStep.allCases.map(\.seconds) {
        for scope in [StatisticsScope.webhooks([webhook]), .gateway] {
          let found = try await store.tallies(of: scope, in: samples.range(width: width))
          try expectEqual(Array(found.values), [tally], "the counts of \(width) seconds of \(scope)")
        }
      }
    },
    StoreRule("counts of the same step add up, those of other steps and webhooks stay apart") { test in
      let samples = StoreSamples()
      let (one, two) = (WebhookID(samples.ids.next()), WebhookID(samples.ids.next()))
      try await test.store.add([samples.minute(one): samples.tally(), samples.minute(one, 1): samples.tally()])
      try await test.store.add([samples.minute(one): samples.tally(), samples.minute(two): samples.tally()])
      var twice = samples.tally()
      twice.add(samples.tally())
      let start = samples.minute(one).start
      let minutes = try await test.store.tallies(of: .webhooks([one]), in: samples.range(width: 60))
      try expectEqual(minutes, [start: twice, start + 60: samples.tally()], "the minutes of the first webhook")
      let hours = try await test.store.tallies(of: .webhooks([one, two]), in: samples.range(width: 3600))
      try expectEqual(hours.values.map(\.attempts), [4 * samples.tally().attempts], "the attempts of both in an hour")
      let wide = try await test.store.tallies(of: .webhooks([one]), in: samples.range(width: 300))
      try expectEqual(wide.values.map(\.attempts).reduce(0, +), 3 * samples.tally().attempts, "the attempts in wider steps")
      let each = try await test.store.tallies(ofEach: [one, two, WebhookID(samples.ids.next())], in: samples.range(width: 60))
      for id in [one, two] {
        try expectEqual(each[id], try await test.store.tallies(of: .webhooks([id]), in: samples.range(width: 60)), "the counts of \(id)")
      }
      try expectEqual(each.count, 2, "how many webhooks have counts")
      let gateway = try await test.store.tallies(of: .gateway, in: samples.range(width: 86_400))
      try expectEqual(gateway.values.map(\.attempts), [4 * samples.tally().attempts], "the attempts of the gateway")
    },
    StoreRule("what belongs to no webhook counts for the gateway alone, and no counts are no work") { test in
      let samples = StoreSamples()
      try await test.store.add([:])
      try await test.store.add([samples.minute(nil): samples.tally()])
      let found = try await test.store.tallies(of: .gateway, in: samples.range(width: 60))
      try expectEqual(Array(found.values), [samples.tally()], "the counts")
      let none = try await test.store.tallies(of: .webhooks([]), in: samples.range(width: 60))
      try expectEqual(none.count, 0, "the counts of no webhooks")
    },
    StoreRule("minutes are forgotten after a day, hours after a month, days after two years") { test in
      let samples = StoreSamples()
      for _ in 0..<20 { try await test.store.add([samples.minute(WebhookID(samples.ids.next())): samples.tally()]) }
      var kept: [Int] = []
      for days in [0, 2, 34, 740] {
        var last: Int64?
        repeat {
          last = try await test.store.forgetRollups(after: last, at: samples.now + .seconds(days * 86_400))
        } while last != nil
        var steps = 0
        for width in RollupStep.allCases.map(\.seconds) {
          steps += try await test.store.tallies(of: .gateway, in: samples.range(width: width)).count
        }
        kept.append(steps)
      }
      try expectEqual(kept, [3, 2, 1, 0], "the steps that are kept")
    },
  ]

  static let standings: [StoreRule] = [
    StoreRule("what is not done with is counted in each state, leased or not") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      let event = try await test.store.seed(samples, webhook, isLeased: true)
      _ = try await test.store.append([samples.event(for: [webhook.id])])
      var standing = QueueStanding()
      (standing.pending, standing.firstDue) = (2, samples.now)
      try expectEqual(try await test.store.standings(), [webhook.id: standing], "the standing before")
      let due = samples.now + .seconds(60)
      try await test.store.record(samples.result(event.deliveries[0].id, .retrying, status: 500, nextAttemptAt: due))
      (standing.pending, standing.retrying) = (1, 1)
      try expectEqual(try await test.store.standings(), [webhook.id: standing], "the standing of one that waits again")
      _ = try await test.store.claim(webhook.id, dueBy: due, limit: 9, maxBytes: 1 << 20)
      try expectEqual(try await test.store.standings(), [webhook.id: standing], "the standing under way")
    },
    StoreRule("dead and held ones are counted, the others of what has ended are not") { test in
      let samples = StoreSamples()
      let webhook = try samples.webhook()
      try await test.store.insert(webhook)
      let ends: [DeliveryState] = [.delivered, .filtered, .dead, .dead]
      let events = ends.map { _ in samples.event(for: [webhook.id], isLeased: true) }
      _ = try await test.store.append(events + [samples.event(for: [webhook.id], state: .held)])
      for (event, state) in zip(events, ends) { try await test.store.record(samples.result(event.deliveries[0].id, state)) }
      var standing = QueueStanding()
      (standing.dead, standing.held, standing.firstDead) = (2, 1, samples.now)
      try expectEqual(try await test.store.standings(), [webhook.id: standing], "the standing")
      try await test.store.delete(webhook.id)
      try expectEqual(try await test.store.standings(), [:], "the standing of a deleted webhook")
    },
  ]
}

extension StoreSamples {
  /// Counts with every field set.
  func tally() -> Tally {
    var tally = Tally()
    (tally.events, tally.deliveries, tally.delivered, tally.filtered, tally.dead) = (1, 200, 1 << 40, 4, 5)
    tally.attempts = 7
    for (index, kind) in FailureKind.allCases.enumerated() { tally.failures[kind] = Int64(index + 1) }
    for duration: Int64 in [0, 1, 777, 1_000_000, .max] { tally.deliveryTimes.add(duration) }
    tally.attemptTimes.add(5)
    return tally
  }

  /// A minute of a webhook.
  func minute(_ webhook: WebhookID?, _ later: Int64 = 0) -> CountedMinute {
    CountedMinute(webhook: webhook, start: RollupStep.minute.start(of: now) + 60 * later)
  }

  /// The hours around ``now``.
  func range(width: Int64) throws(StatisticsRange.Problem) -> StatisticsRange {
    try StatisticsRange(since: now + .seconds(-7200), until: now + .seconds(7200), width: width, now: now)
  }
}
