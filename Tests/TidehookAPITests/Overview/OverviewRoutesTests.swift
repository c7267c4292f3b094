import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct OverviewRoutesTests {
  private let gateway = TestGateway()

  private func makeWebhook(_ extra: String = "") async throws -> WebhookID { try #require(WebhookID(try await gateway.makeWebhook(extra))) }

  private func tally(delivered: Int64) -> Tally {
    var tally = Tally()
    (tally.delivered, tally.attempts, tally.dead) = (delivered, delivered, 1)
    tally.failures = [.timeout: 2]
    return tally
  }

  @Test func oneAnswerHasAllOfIt() async throws {
    let id = try await makeWebhook(#","name":"hook","breaker":{}"#)
    let (now, tally) = (gateway.clock.time, tally(delivered: 3))
    gateway.backend.with { state in
      state.tallies = [RollupStep.minute.start(of: now) - 900: tally]
      state.webhookTallies = [id: [RollupStep.hour.start(of: now): tally]]
      var standing = QueueStanding()
      (standing.dead, standing.firstDead, standing.pending, standing.firstDue) = (4, now + .seconds(-50), 2, now + .seconds(-5))
      state.standings = [id: standing]
      state.inFlight = [id: 1]
    }
    let answer = try await gateway.send(.get, "/v1/overview")
    #expect(answer.status == 200, "\(answer.text)")
    let statistics = ["since", "until", "step_secs", "now", "total", "series"]
    #expect(answer.keys == statistics + ["webhooks", "webhook_count", "compared", "attention", "attention_count"])
    let oldest = answer.json["now"]?["oldest_pending"]
    #expect(oldest?["webhook_id"]?.stringValue == id.description && oldest?["name"] == "hook")
    #expect(answer.json["total"]?["delivered"] == 3 && answer.json["step_secs"] == 900)
    let row = try #require(answer.json["webhooks"]?[0])
    #expect(row["id"]?.stringValue == id.description && row["breaker_state"] == "closed" && row["failing"] == .null)
    #expect(row["now"]?["dead"] == 4 && row["now"]?["in_flight"] == 1 && row["total"]?["success_rate"] == 0.75)
    #expect(row["series"]?["step_secs"] == 3600)
    let series = try ["delivered", "failed_attempts", "dead"].map { try #require(row["series"]?[$0]?.elements) }
    #expect(series.map(\.last) == [3, 2, 1] && series.allSatisfy { (24...25).contains($0.count) })
    let attention = try #require(answer.json["attention"]?.elements)
    #expect(attention.map { $0["kind"] } == ["deliveries_dead"] && attention[0]["count"] == 4 && attention[0]["name"] == "hook")
    #expect(answer.json["webhook_count"] == 1 && answer.json["attention_count"] == 1)
  }

  @Test func stepsAreWrittenAsOneNumberEach() async throws {
    let (now, tally) = (gateway.clock.time, tally(delivered: 3))
    gateway.backend.with { $0.tallies = [RollupStep.minute.start(of: now) - 900: tally] }
    let series = try #require(try await gateway.send(.get, "/v1/overview").json["series"])
    #expect(series.members?.map(\.key) == ["events", "delivered", "filtered", "failed_attempts", "dead", "delivery_ms"])
    let counts = try ["events", "delivered", "filtered", "failed_attempts", "dead"].map { try #require(series[$0]?.elements) }
    #expect(counts.allSatisfy { (96...97).contains($0.count) } && counts.map { $0.filter { $0 != 0 } } == [[], [3], [], [2], [1]])
    for name in ["p50", "p95", "p99"] {
      let times = try #require(series["delivery_ms"]?[name]?.elements)
      #expect(times.count == counts[0].count && times.allSatisfy { $0 == .null })
    }
    let limited = try await gateway.send(.get, "/v1/overview", key: try await gateway.makeKey())
    #expect(limited.json["series"]?["events"] == nil)
  }

  @Test func itIsThereBeforeThereIsAnything() async throws {
    let answer = try await gateway.send(.get, "/v1/overview")
    #expect(answer.json["webhooks"] == [] && answer.json["attention"] == [] && answer.json["now"]?["oldest_pending"] == .null)
  }

  @Test(arguments: [("1h", "", 20), ("24h", "&limit=100", 100), ("30d", "&limit=2", 2)])
  func thoseWithTroubleComeFirstThenTheBusiest(since: String, query: String, count: Int) async throws {
    for index in 0..<100 { _ = try await gateway.makeWebhook(#","name":"\#(1000 + index)""#) }
    let busy = try await makeWebhook(#","name":"yyy""#)
    let broken = try await makeWebhook(#","name":"zzz""#)
    let now = gateway.clock.time
    var tally = Tally()
    tally.deliveries = 7
    gateway.backend.with { [tally] state in
      state.webhookTallies = [busy: [RollupStep.minute.start(of: now): tally]]
      state.healths[broken] = WebhookHealth(failingSince: now, failures: 5, told: .nothing, owesRecovery: false, lastError: "no")
    }
    let answer = try await gateway.send(.get, "/v1/overview?since=\(since)\(query)")
    let names = try #require(answer.json["webhooks"]?.elements).map { $0["name"] }
    let first: [JSONValue?] = ["zzz", "yyy", "1000", "1001"]
    #expect(names.count == count && names.prefix(4) == first.prefix(count))
    #expect(answer.json["webhook_count"] == 102 && answer.json["attention_count"] == 1)
  }

  @Test func whatNeedsAttentionIsBoundedAndCounted() async throws {
    for _ in 0..<25 {
      let id = try await makeWebhook()
      gateway.backend.with { $0.standings[id, default: QueueStanding()].dead = 1 }
    }
    for (query, count) in [("", 20), ("?attention_limit=500", 25), ("?attention_limit=1", 1), ("?limit=1", 20)] {
      let answer = try await gateway.send(.get, "/v1/overview\(query)")
      #expect(answer.json["attention"]?.elements?.count == count && answer.json["attention_count"] == 25)
    }
    for limit in ["0", "101", "x"] {
      let answer = try await gateway.send(.get, "/v1/overview?limit=\(limit)")
      #expect(answer.status == 400 && answer.field == "limit" && answer.message.contains("1...100"), "\(answer.text)")
    }
    for limit in ["0", "501", "x"] {
      let answer = try await gateway.send(.get, "/v1/overview?attention_limit=\(limit)")
      #expect(answer.status == 400 && answer.field == "attention_limit" && answer.message.contains("1...500"), "\(answer.text)")
    }
  }

  @Test func noKindOfWhatNeedsAttentionHidesAnother() async throws {
    let now = gateway.clock.time
    let failing = WebhookHealth(failingSince: now, failures: 5, told: .nothing, owesRecovery: false, lastError: "no")
    for _ in 0..<30 {
      let id = try await makeWebhook()
      gateway.backend.with { state in
        state.healths[id] = failing
        state.standings[id, default: QueueStanding()].dead = 1
      }
    }
    gateway.backend.with { $0.problems = ["tags": "does not load"] }
    let answer = try await gateway.send(.get, "/v1/overview")
    let kinds = try #require(answer.json["attention"]?.elements).map { $0["kind"]?.stringValue }
    #expect(kinds == Array(repeating: "webhook_failing", count: 10) + Array(repeating: "deliveries_dead", count: 9) + ["plugin_refused"])
    #expect(answer.json["attention_count"] == 61)
    let rows = try #require(answer.json["webhooks"]?.elements).map { $0["id"] }
    let shown = try #require(answer.json["attention"]?.elements).prefix(19).map { $0["id"] }
    #expect(shown.allSatisfy { rows.contains($0) })
  }

  @Test func theBusiestAreThoseOfTheTimeThatWasChosen() async throws {
    for _ in 0..<30 { _ = try await makeWebhook() }
    let (earlier, lately) = (try await makeWebhook(#","name":"earlier""#), try await makeWebhook(#","name":"lately""#))
    let hour = RollupStep.hour.start(of: gateway.clock.time)
    var (much, little) = (Tally(), Tally())
    (much.deliveries, little.deliveries) = (100, 1)
    gateway.backend.with { [much, little] state in
      // Of the same day, before the hour that is asked for.
      state.webhookTallies = [earlier: [max(hour - 5 * 3600, RollupStep.day.start(ofSecond: hour)): much], lately: [hour: little]]
    }
    for (since, first) in [("1h", "lately"), ("24h", "earlier")] {
      let answer = try await gateway.send(.get, "/v1/overview?since=\(since)")
      #expect(answer.json["webhooks"]?[0]?["name"]?.stringValue == first, "\(since)")
      let compared = try ["since", "until"].map { name in
        try #require(Timestamp(rfc3339: answer.json["compared"]?[name]?.stringValue ?? "")).seconds
      }
      #expect(compared[0] <= gateway.clock.time.seconds && compared[1] >= gateway.clock.time.seconds)
      #expect(compared[1] - compared[0] <= (since == "1h" ? 2 : 25) * 3600)
    }
  }

  @Test func sourcesPluginsAndTheDiskAreToldOf() async throws {
    let made = try await gateway.send(.post, "/v1/sources", #"{"name":"in","plugin":"p","verify":{"scheme":"path"}}"#)
    let source = try #require(SourceID(made.json["id"]?.stringValue ?? ""))
    let now = gateway.clock.time
    gateway.sources.with { $0.rejections = [source: Rejections(count: 2, first: now, lastReason: "bad signature")] }
    gateway.backend.with { state in
      state.problems = ["tags": "does not load"]
      state.shortage = SpaceShortage(space: DiskSpace(freeBytes: 1 << 20, totalBytes: 1 << 40), since: now)
    }
    let attention = try await gateway.send(.get, "/v1/overview").json["attention"]?.elements
    #expect(attention?.map { $0["kind"] } == ["low_space", "source_rejecting", "plugin_refused"])
    #expect(attention?[1]["message"] == "2 requests were rejected within a day. The last one: bad signature.")
    let limited = try await gateway.send(.get, "/v1/overview", key: try await gateway.makeKey())
    #expect(limited.json["attention"] == [])
  }

  @Test func aLimitedKeySeesItsOwn() async throws {
    let (mine, foreign) = (try await makeWebhook(#","namespace":"mine""#), try await makeWebhook(#","namespace":"foreign""#))
    let now = gateway.clock.time
    gateway.backend.with { state in
      var standing = QueueStanding()
      (standing.dead, standing.firstDue) = (1, now)
      state.standings = [mine: standing, foreign: standing]
    }
    let answer = try await gateway.send(.get, "/v1/overview", key: try await gateway.makeKey())
    #expect(answer.json["webhooks"]?.elements?.map { $0["id"]?.stringValue } == [mine.description])
    #expect(answer.json["now"]?["dead"] == 1 && answer.json["total"]?["events"] == nil && answer.json["webhook_count"] == 1)
    #expect(!answer.text.contains(foreign.description))
    #expect(gateway.backend.with { $0.scopes } == [.webhooks([mine])])
  }

  @Test func theSumOfManyWebhooksIsReadInFewSteps() async throws {
    for _ in 0..<11 { _ = try await gateway.makeWebhook(#","namespace":"mine""#) }
    let key = try await gateway.makeKey()
    #expect(try await gateway.send(.get, "/v1/overview", key: key).json["step_secs"] == 3600)
    for path in ["/v1/overview", "/v1/stats"] {
      let refused = try await gateway.send(.get, path + "?step=15m", key: key)
      #expect(refused.status == 400 && refused.field == "step" && refused.message.contains("at least 1h"), "\(refused.text)")
      #expect(try await gateway.send(.get, path + "?step=1h", key: key).json["step_secs"] == 3600)
      #expect(try await gateway.send(.get, path + "?step=15m").json["step_secs"] == 900)
    }
  }

  @Test func otherRangesAreRefused() async throws {
    let answer = try await gateway.send(.get, "/v1/overview?since=3d&step=1m")
    #expect(answer.status == 400 && answer.field == "step")
  }

  @Test func theSchemasListWhatIsShown() async throws {
    let id = try await makeWebhook()
    gateway.backend.with { state in
      var standing = QueueStanding()
      standing.dead = 1
      state.standings = [id: standing]
    }
    let shown = try await gateway.send(.get, "/v1/overview").json
    let schemas = try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"]
    let parts = [("Overview", shown), ("OverviewWebhook", shown["webhooks"]?[0]), ("Attention", shown["attention"]?[0])]
    for (schema, part) in parts {
      let names = try #require(schemas?[schema]?["properties"]?.members).map(\.key)
      #expect(part?.members?.map(\.key) == names, "\(schema)")
    }
  }
}
