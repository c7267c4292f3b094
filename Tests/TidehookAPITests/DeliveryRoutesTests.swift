import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct DeliveryRoutesTests {
  private func makeRecord(_ ids: IDGenerator, state: DeliveryState = .dead, attempts: [Attempt] = []) -> DeliveryRecord {
    let key = ids.next()
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: StoppedClock().time,
      acceptedAt: StoppedClock().time, payload: Array(#"{"id":"x"}"#.utf8))
    let delivery = Delivery(
      id: DeliveryID(ids.next()), eventID: event.id, eventType: event.type, webhookID: WebhookID(ids.next()), state: state,
      reason: "the receiver answered 500", attemptCount: attempts.count, nextAttemptAt: nil, createdAt: StoppedClock().time,
      updatedAt: StoppedClock().time)
    return DeliveryRecord(delivery: delivery, event: event, attempts: attempts)
  }

  private func makeAttempt(_ ids: IDGenerator, request: SentRequest?, response: ReceivedResponse?) -> Attempt {
    Attempt(
      id: AttemptID(ids.next()), number: 1, trigger: .first, revision: 2, plugins: [PluginVersion(name: "slack", revision: 4)],
      startedAt: StoppedClock().time, durationMicroseconds: 1500,
      phases: ExchangePhases(connect: 250, total: 1400), failure: AttemptFailure(.status, "the receiver answered 500"), request: request,
      response: response, log: "hello")
  }

  @Test func aDeliveryIsShownWithItsAttempts() async throws {
    let gateway = TestGateway()
    let attempt = makeAttempt(
      gateway.ids,
      request: SentRequest(
        method: "POST", url: "https://example.com/", headers: [HeaderField("A", "1"), HeaderField("a", "2")], body: nil),
      response: ReceivedResponse(status: 500, headers: [], body: Array("café".utf8.dropLast()), isTruncated: true))
    let record = makeRecord(gateway.ids, attempts: [attempt])
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.get, "/v1/deliveries/\(record.delivery.id)")
    #expect(
      answer.keys == [
        "id", "event_id", "event_type", "webhook_id", "state", "reason", "failure", "dropped_by", "attempt_count", "next_attempt_at",
        "waits_for_turn", "batch", "created_at", "updated_at", "attempts",
      ])
    let shown = try #require(answer.json["attempts"]?[0])
    #expect(
      shown.members?.map(\.key) == [
        "id", "number", "trigger", "revision", "plugins", "started_at", "duration_ms", "phases", "failure", "error", "reason",
        "dropped_by", "request", "response", "log", "body_omitted",
      ])
    #expect(shown["duration_ms"]?.doubleValue == 1.5)
    #expect(shown["phases"]?["resolve_ms"] == .null && shown["phases"]?["connect_ms"]?.doubleValue == 0.25)
    #expect(shown["failure"] == "status")
    #expect(shown["plugins"] == [["name": "slack", "revision": 4]])
    #expect(shown["request"]?["headers"] == ["A": "1, 2"])
    #expect(shown["request"]?["body"] == #"{"id":"x"}"#)
    #expect(shown["response"]?["body"] == "caf" && shown["response"]?["truncated"] == true)
  }

  @Test func aFilteredDeliveryNamesTheStageThatDroppedItAndTheLineOfItsScript() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","pipeline":[{"script":"\nfunction filter(event)\n  return false, 'no <b>tags</b>'\nend"}]"#)
    let webhook = try #require(WebhookID(id))
    var attempt = makeAttempt(gateway.ids, request: nil, response: nil)
    (attempt.revision, attempt.failure) = (1, nil)
    var record = makeRecord(gateway.ids, state: .filtered, attempts: [attempt])
    (record.delivery.webhookID, record.delivery.reason) = (webhook, "no <b>tags</b>")
    record.delivery.droppedBy = DroppingStage(index: 0, name: "script")
    record.attempts[0].drop = PipelineDrop("no <b>tags</b>", by: record.delivery.droppedBy)
    let path = "/v1/deliveries/\(record.delivery.id)"
    gateway.backend.with { [record] in $0.records = [record] }
    let answer = try await gateway.send(.get, path).json
    let shown = answer["dropped_by"]
    #expect(answer["attempts"]?[0]?["reason"] == "no <b>tags</b>" && answer["attempts"]?[0]?["dropped_by"] == shown)
    #expect(shown == ["stage": 0, "name": "script", "plugin": .null, "revision": .null, "line": 3])
    let listed = try await gateway.send(.get, "/v1/deliveries").json["data"]?[0]?["dropped_by"]
    #expect(listed?["name"] == "script" && listed?["line"] == .null)
    record.delivery.droppedBy = DroppingStage(index: 4, name: "tags", plugin: PluginVersion(name: "tags", revision: 2))
    gateway.backend.with { [record] in $0.records = [record] }
    let plugin = try await gateway.send(.get, path).json["dropped_by"]
    #expect(plugin == ["stage": 4, "name": "tags", "plugin": "tags", "revision": 2, "line": .null])
  }

  @Test func abridgedAttemptsSaySo() async throws {
    let gateway = TestGateway()
    let attempt = makeAttempt(
      gateway.ids, request: SentRequest(method: "POST", url: "https://example.com/", headers: [], body: nil),
      response: ReceivedResponse(status: 500, isTruncated: true))
    var record = makeRecord(gateway.ids, attempts: [attempt])
    record.abridged = [attempt.id]
    gateway.backend.with { [record] in $0.records = [record] }
    let shown = try #require(try await gateway.send(.get, "/v1/deliveries/\(record.delivery.id)").json["attempts"]?[0])
    #expect(shown["body_omitted"] == true && shown["request"]?["body"] == .null && shown["response"]?["body"] == .null)
    #expect(shown["request"]?["url"] == "https://example.com/" && shown["response"]?["status"] == 500)
  }

  @Test func bytesThatAreNoTextAreBase64() async throws {
    let gateway = TestGateway()
    let response = ReceivedResponse(status: 200, body: [0xff, 0x00, 0x41, 0x42])
    let record = makeRecord(gateway.ids, attempts: [makeAttempt(gateway.ids, request: nil, response: response)])
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.get, "/v1/deliveries/\(record.delivery.id)")
    #expect(answer.json["attempts"]?[0]?["response"]?["body"] == .null)
    #expect(answer.json["attempts"]?[0]?["response"]?["body_base64"] == "/wBBQg==")
    #expect(answer.json["attempts"]?[0]?["request"] == .null)
  }

  @Test func listsAreFilteredAndPaged() async throws {
    let gateway = TestGateway()
    let records = (0..<3).map { _ in makeRecord(gateway.ids) }
    gateway.backend.with { $0.records = records }
    let webhook = records[0].delivery.webhookID
    let first = try await gateway.send(.get, "/v1/deliveries?state=dead&webhook=\(webhook)&event=memory_add&since=30m&limit=2")
    #expect(
      first.json["data"]?.elements?.compactMap { $0["id"]?.stringValue } == records.reversed().prefix(2).map(\.delivery.id.description))
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    let second = try await gateway.send(.get, "/v1/deliveries?limit=2&cursor=\(cursor)")
    #expect(second.json["data"]?[0]?["id"]?.stringValue == records[0].delivery.id.description)
    #expect(second.json["next_cursor"] == .null)
    let filter = try #require(gateway.backend.with { $0.filters }.first)
    #expect(filter.states == [.dead] && filter.webhook == webhook && filter.type?.name == "memory.created" && filter.event == nil)
  }

  @Test(arguments: ["event=evt_1", "event=order:1", "event_id=evt_1", "event=evt_1&event_id=evt_1"])
  func eventNamesAnIDWhenItCanBeNoType(query: String) async throws {
    let gateway = TestGateway()
    #expect(try await gateway.send(.get, "/v1/deliveries?\(query)").status == 200)
    #expect(gateway.backend.with { $0.filters }.first?.event != nil)
    #expect(gateway.backend.with { $0.filters }.first?.type == nil)
  }

  @Test func aReplayWakesTheWebhook() async throws {
    let gateway = TestGateway()
    let record = makeRecord(gateway.ids)
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.post, "/v1/deliveries/\(record.delivery.id)/replay")
    #expect(answer.status == 202)
    #expect(answer.keys == ["id", "webhook_id", "state"])
    #expect(gateway.backend.with { $0.replayed } == [record.delivery.webhookID])
  }

  @Test func anOpenDeliveryIsNotReplayed() async throws {
    let gateway = TestGateway()
    let record = makeRecord(gateway.ids, state: .retrying)
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.post, "/v1/deliveries/\(record.delivery.id)/replay")
    #expect(answer.status == 409 && answer.message.contains("retrying"))
  }

  @Test(
    arguments: [
      (nil, .current), ("", .current), ("{}", .current), (#"{"revision":"current"}"#, .current), (#"{"revision":"original"}"#, .original),
      (#"{"revision":3}"#, .revision(3)),
    ] as [(String?, ReplayedVersions)])
  func aReplaySaysWhatItRuns(body: String?, versions: ReplayedVersions) async throws {
    let gateway = TestGateway()
    let record = makeRecord(gateway.ids, attempts: [makeAttempt(gateway.ids, request: nil, response: nil)])
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.post, "/v1/deliveries/\(record.delivery.id)/replay", body)
    #expect(answer.status == 202 && gateway.backend.with { $0.replays } == [versions], "\(answer.text)")
  }

  @Test(arguments: [
    ("[]", "invalid_body", nil), ("null", "invalid_body", nil), ("{", "invalid_json", nil),
    (#"{"revision":0}"#, "invalid_field", "revision"), (#"{"revision":"3"}"#, "invalid_field", "revision"),
    (#"{"revision":1.5}"#, "invalid_field", "revision"), (#"{"revision":99999999999}"#, "invalid_field", "revision"),
    (#"{"revision":"first"}"#, "invalid_field", "revision"), (#"{"revision":null}"#, "invalid_field", "revision"),
    (#"{"versions":"original"}"#, "unknown_field", "versions"),
  ])
  func aBadReplayIsRefused(body: String, code: String, field: String?) async throws {
    let gateway = TestGateway()
    let record = makeRecord(gateway.ids)
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.post, "/v1/deliveries/\(record.delivery.id)/replay", body)
    #expect(answer.status == 400 && answer.code == code && answer.field == field, "\(answer.text)")
    #expect(gateway.backend.with { $0.replayed }.isEmpty)
  }

  @Test func withoutAnAttemptThereIsNoOriginal() async throws {
    let gateway = TestGateway()
    let record = makeRecord(gateway.ids)
    gateway.backend.with { $0.records = [record] }
    let answer = try await gateway.send(.post, "/v1/deliveries/\(record.delivery.id)/replay", #"{"revision":"original"}"#)
    #expect(answer.status == 409 && answer.message.contains("never attempted"))
  }
}
