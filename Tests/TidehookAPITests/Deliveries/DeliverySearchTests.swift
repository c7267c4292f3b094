import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct DeliverySearchTests {
  private let gateway = TestGateway()

  private func makeRecord(in namespace: Namespace = .default, payload: Int = 10, attempts: Int = 1) -> DeliveryRecord {
    let ids = gateway.ids
    let (key, now) = (ids.next(), gateway.clock.time)
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: namespace, timestamp: now, acceptedAt: now,
      payload: Array(#"{"id":"x","event":"a","timestamp":"t","data":{"x":"\#(String(repeating: "x", count: payload))"}}"#.utf8))
    let delivery = Delivery(
      id: DeliveryID(ids.next()), eventID: event.id, eventType: event.type, webhookID: WebhookID(ids.next()), state: .dead,
      reason: "no", failure: .timeout, attemptCount: attempts, nextAttemptAt: nil, createdAt: now, updatedAt: now)
    let tries = (0..<attempts).map { number in
      Attempt(id: AttemptID(ids.next()), number: number + 1, trigger: .first, revision: 1, startedAt: now, durationMicroseconds: 1)
    }
    return DeliveryRecord(delivery: delivery, event: event, webhookNamespace: namespace, attempts: tries)
  }

  /// The lines of an export.
  private func export(_ query: String, key: String = "Bearer \(TestGateway.key)") async throws -> [JSONValue] {
    let answer = try await gateway.send(.get, "/v1/deliveries/export?\(query)", key: key)
    #expect(answer.status == 200 && answer.headers[.contentType] == "application/x-ndjson")
    return try answer.text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }

  @Test func listsTakeSeveralStatesAFailureAndAnOrder() async throws {
    let records = (0..<3).map { _ in makeRecord() }
    gateway.backend.with { $0.records = records }
    let answer = try await gateway.send(.get, "/v1/deliveries?state=dead,retrying,dead&failure=timeout&order=oldest&limit=2")
    #expect(answer.json["data"]?.elements?.map { $0["id"]?.stringValue } == records.prefix(2).map(\.delivery.id.description))
    #expect(answer.json["data"]?[0]?["failure"] == "timeout")
    let search = try #require(gateway.backend.with { $0.searches }.first)
    #expect(search.filter.states == [.dead, .retrying] && search.filter.failure == .timeout && search.order == .oldest)
    let until = TimeOrderedID.time(of: records[1].delivery.id.value.key)
    #expect(answer.json["searched_until"]?.stringValue == until.rfc3339)
    let cursor = try #require(answer.json["next_cursor"]?.stringValue)
    let rest = try await gateway.send(.get, "/v1/deliveries?order=oldest&cursor=\(cursor)")
    #expect(rest.json["data"]?.elements?.count == 1 && rest.json["next_cursor"] == .null && rest.json["searched_until"] == .null)
  }

  @Test func groupsAreShownWithTheirWebhooksNames() async throws {
    let id = try #require(WebhookID(try await gateway.makeWebhook(#","name":"hook""#)))
    let record = makeRecord()
    let now = gateway.clock.time
    gateway.backend.with { state in
      let gone = WebhookID(record.delivery.id.value)
      state.groups = DeliveryGroups(
        groups: [
          DeliveryGroup(
            state: .dead, webhook: id, failure: .timeout, count: 10_000, isAtLeast: true, first: now, last: now, example: record.delivery),
          DeliveryGroup(state: .held, webhook: gone, failure: nil, count: 1, isAtLeast: false, first: now, last: now, example: nil),
        ], isTruncated: true)
    }
    let answer = try await gateway.send(.get, "/v1/deliveries/groups?state=dead,held&webhook=\(id)&failure=timeout")
    let groups = try #require(answer.json["data"]?.elements)
    #expect(groups.map { $0["webhook_name"] } == ["hook", .null] && groups.map { $0["failure"] } == ["timeout", .null])
    #expect(groups[0]["at_least"] == true && groups[0]["example"]?["id"]?.stringValue == record.delivery.id.description)
    #expect(groups[1]["example"] == .null && answer.json["truncated"] == true)
    let filter = try #require(gateway.backend.with { $0.groupFilters }.first)
    #expect(filter.states == [.dead, .held] && filter.webhook == id && filter.failure == .timeout && filter.namespaces == nil)
    _ = try await gateway.send(.get, "/v1/deliveries/groups", key: try await gateway.makeKey())
    #expect(gateway.backend.with { $0.groupFilters }.last?.namespaces == [Namespace(stored: "mine")])
    let schemas = try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"]?["DeliveryGroups"]?["properties"]
    #expect(answer.keys == schemas?.members?.map(\.key))
    #expect(groups[0].members?.map(\.key) == schemas?["data"]?["items"]?["properties"]?.members?.map(\.key))
  }

  @Test func anExportIsALineForEachDeliveryAndGoesOnBehindACursor() async throws {
    let records = (0..<250).map { _ in makeRecord(attempts: 2) }
    gateway.backend.with { $0.records = records }
    let all = try await export("state=dead&order=oldest")
    #expect(all.map { $0["delivery"]?["id"]?.stringValue } == records.map(\.delivery.id.description))
    #expect(all[0].members?.map(\.key) == ["cursor", "delivery", "event", "attempt"])
    #expect(all[0]["attempt"]?["number"] == 2 && all[0]["event"]?["id"]?.stringValue == records[0].event.id.rawValue)
    let cursor = try #require(all[99]["cursor"]?.stringValue)
    #expect(try await export("order=oldest&max=3&cursor=\(cursor)") == Array(all[100..<103]))
    #expect(try await export("order=oldest&max=1000&cursor=\(cursor)").count == 150)
  }

  @Test func anExportHoldsFewBytesAtATime() async throws {
    let records = (0..<20).map { _ in makeRecord(payload: 1 << 20, attempts: 0) }
    gateway.backend.with { $0.records = records }
    let all = try await export("")
    #expect(all.count == 20 && all.allSatisfy { $0["attempt"] == .null })
    #expect(gateway.backend.with { $0.readAttempts }.allSatisfy { $0 <= 5 })
  }

  @Test func aLimitedKeyExportsItsOwn() async throws {
    let records = [makeRecord(in: Namespace(stored: "mine")), makeRecord()]
    gateway.backend.with { $0.records = records }
    let found = try await export("", key: try await gateway.makeKey())
    #expect(found.map { $0["delivery"]?["id"]?.stringValue } == [records[0].delivery.id.description])
  }

  @Test func anExportThatCannotBeginIsRefusedAsUsual() async throws {
    gateway.backend.with { $0.failure = StoreError(.full, "no space") }
    #expect(try await gateway.send(.get, "/v1/deliveries/export").status == 503)
  }
}
