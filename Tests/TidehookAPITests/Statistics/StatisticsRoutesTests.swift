import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct StatisticsRoutesTests {
  private let gateway = TestGateway()

  /// The first second of the minute of now, which is 10:30:00.
  private var minute: Int64 { RollupStep.minute.start(of: gateway.clock.time) }

  private func tally() -> Tally {
    var tally = Tally()
    (tally.events, tally.deliveries, tally.delivered, tally.dead, tally.attempts) = (1, 2, 3, 1, 7)
    tally.failures = [.status: 2, .timeout: 1]
    for _ in 0..<4 { tally.deliveryTimes.add(2_000) }
    return tally
  }

  @Test func theAnswerHasTheTotalEachStepAndHowThingsStand() async throws {
    let id = try #require(WebhookID(try await gateway.makeWebhook()))
    let (tally, start) = (tally(), minute - 120)
    gateway.backend.with { state in
      state.tallies = [start: tally]
      var standing = QueueStanding()
      (standing.pending, standing.retrying, standing.held, standing.dead, standing.firstDue) = (1, 2, 3, 4, Timestamp(microseconds: 0))
      state.standings = [id: standing]
      state.inFlight = [id: 5]
    }
    let answer = try await gateway.send(.get, "/v1/webhooks/\(id)/stats?since=5m&step=1m")
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.keys == ["since", "until", "step_secs", "now", "total", "points"])
    #expect(answer.json["since"] == "2026-04-13T10:25:00.000Z" && answer.json["until"] == "2026-04-13T10:30:00.000Z")
    #expect(answer.json["step_secs"] == 60)
    let now = #"{"pending":1,"retrying":2,"held":3,"dead":4,"in_flight":5,"first_due_at":"1970-01-01T00:00:00.000Z"}"#
    #expect(answer.json["now"] == (try JSONValue(parsing: Array(now.utf8))))
    let total = try #require(answer.json["total"])
    #expect(total["events"] == nil && total["deliveries"] == 2 && total["failed_attempts"] == 3 && total["success_rate"] == 0.75)
    #expect(total["failures"] == (try JSONValue(parsing: Array(#"{"status":2,"timeout":1}"#.utf8))))
    #expect(total["delivery_ms"]?["mean"] == 2 && total["attempt_ms"] == .null)
    let points = try #require(answer.json["points"]?.elements)
    #expect(points.map { $0["at"]?.stringValue?.prefix(16) } == (25..<30).map { "2026-04-13T10:\($0)" })
    #expect(points.map { $0["delivered"] } == [0, 0, 0, 3, 0])
    #expect(gateway.backend.with { $0.scopes } == [.webhooks([id])])
  }

  @Test func theGatewayCountsEventsToo() async throws {
    let (tally, start) = (tally(), minute - 900)
    gateway.backend.with { $0.tallies = [start: tally] }
    let answer = try await gateway.send(.get, "/v1/stats")
    #expect(answer.json["total"]?["events"] == 1)
    #expect(answer.json["step_secs"] == 900)
    #expect(gateway.backend.with { $0.scopes } == [.gateway])
  }

  @Test func aLimitedKeySeesTheWebhooksOfItsNamespacesTogether() async throws {
    let mine = try await gateway.makeWebhook(#","namespace":"mine""#)
    let foreign = try await gateway.makeWebhook(#","namespace":"foreign""#)
    let (own, other) = (try #require(WebhookID(mine)), try #require(WebhookID(foreign)))
    gateway.backend.with { state in
      var standing = QueueStanding()
      standing.dead = 1
      state.standings = [own: standing, other: standing]
      state.inFlight = [own: 1, other: 1]
    }
    let key = try await gateway.makeKey()
    let answer = try await gateway.send(.get, "/v1/stats", key: key)
    #expect(answer.json["now"]?["dead"] == 1 && answer.json["now"]?["in_flight"] == 1)
    #expect(answer.json["total"]?["events"] == nil)
    #expect(gateway.backend.with { $0.scopes } == [.webhooks([own])])
    #expect(try await gateway.send(.get, "/v1/webhooks/\(mine)/stats", key: key).status == 200)
    #expect(try await gateway.send(.get, "/v1/webhooks/\(foreign)/stats", key: key).status == 404)
    #expect(try await gateway.send(.get, "/v1/webhooks/wh_nothing/stats").status == 404)
  }

  @Test(arguments: [
    ("step=5", "step"), ("step=0m", "step"), ("step=1.5h", "step"), ("step=1w", "step"), ("step=99999999999999999999d", "step"),
    ("step=400d", "step"), ("since=3d&step=1m", "step"), ("since=1h&until=2h", "since"), ("since=nonsense", "since"), ("until=x", "until"),
  ])
  func otherRangesAreRefused(_ query: String, _ field: String) async throws {
    let answer = try await gateway.send(.get, "/v1/stats?\(query)")
    #expect(answer.status == 400 && answer.field == field && answer.code == "invalid_parameter", "\(answer.text)")
  }

  @Test func aStepThatIsTooFineIsAnsweredWithOneThatIsNot() async throws {
    let answer = try await gateway.send(.get, "/v1/stats?since=3d&step=1m")
    #expect(answer.message.contains("at least 1h"))
    #expect(try await gateway.send(.get, "/v1/stats?since=3d&step=1h").status == 200)
  }

  @Test func metricsAreForKeysWithoutLimits() async throws {
    let answer = try await gateway.send(.get, "/metrics")
    #expect(answer.status == 200)
    #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(answer.text == "# HELP things Things.\n# TYPE things gauge\nthings 1\n")
    #expect(try await gateway.send(.get, "/metrics", key: nil).status == 401)
    let limited = try await gateway.send(.get, "/metrics", key: try await gateway.makeKey())
    #expect(limited.status == 403 && limited.code == "forbidden")
    let whole = try await gateway.makeKey("scraper", namespaces: "null")
    #expect(try await gateway.send(.get, "/metrics", key: whole).status == 200)
  }

  @Test func openMetricsNeedNoKey() async throws {
    let open = TestGateway(metricsAccess: .open)
    #expect(try await open.send(.get, "/metrics", key: nil).status == 200)
    #expect(try await open.send(.get, "/v1/stats", key: nil).status == 401)
  }
}
