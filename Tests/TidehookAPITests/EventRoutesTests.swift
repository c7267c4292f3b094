import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct EventRoutesTests {
  @Test func anEventIsPublishedCanonically() async throws {
    let gateway = TestGateway()
    let body = #"{ "event": "memory_add", "id": "order-1", "timestamp": "2026-04-13T10:30:00+02:00", "data": {"b": 1.0, "tags": [] } }"#
    let answer = try await gateway.send(.post, "/v1/events", body)
    #expect(answer.status == 202)
    #expect(answer.text == #"{"id":"order-1","deliveries":2,"duplicate":false}"#)
    let request = try #require(gateway.backend.with { $0.published }.first)
    #expect(request.type.name == "memory.created")
    #expect(request.timestamp == "2026-04-13T10:30:00+02:00")
    #expect(request.namespace == .default)
    #expect(String(decoding: request.data, as: UTF8.self) == #"{"b":1,"tags":[]}"#)
  }

  @Test(arguments: [
    (#"{"event":"a","namespace":"top","data":{"namespace":"inner"}}"#, "top"),
    (#"{"event":"a","data":{"namespace":"inner"}}"#, "inner"),
    (#"{"event":"a","namespace":null,"data":{"namespace":""}}"#, "default"),
    (#"{"type":"a","event":"a","data":{"namespace":7}}"#, "default"),
  ])
  func theNamespaceIsTheOutermostOneGiven(body: String, namespace: String) async throws {
    let gateway = TestGateway()
    #expect(try await gateway.send(.post, "/v1/events", body).status == 202)
    #expect(gateway.backend.with { $0.published }.first?.namespace.name == namespace)
  }

  @Test func aRepeatIsADuplicateAndAContradictionAConflict() async throws {
    let gateway = TestGateway()
    _ = try await gateway.send(.post, "/v1/events", #"{"event":"a","id":"x","data":{}}"#)
    let again = try await gateway.send(.post, "/v1/events", #"{"event":"a","id":"x","data":{}}"#)
    #expect(again.text == #"{"id":"x","deliveries":2,"duplicate":true}"#)
    let other = try await gateway.send(.post, "/v1/events", #"{"event":"a","id":"x","data":{"n":1}}"#)
    #expect(other.status == 409 && other.code == "conflict" && other.message.contains("\"x\""))
  }

  @Test func theIdempotencyKeyIsPassedOn() async throws {
    let gateway = TestGateway()
    let name = try #require(HTTPField.Name("Idempotency-Key"))
    _ = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: [name: "k 1"])
    #expect(gateway.backend.with { $0.published }.first?.idempotencyKey == "k 1")
    let bad = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: [name: "é"])
    #expect(bad.status == 400 && bad.field == "Idempotency-Key")
  }

  @Test(arguments: [
    (
      #"[{"event":"a","id":"1","data":{}},{"event":"a","data":1},{"event":"a","id":"1","data":{}},{"event":"a","id":"1","data":{"n":1}},5]"#,
      nil
    ),
    (
      "{\"event\":\"a\",\"id\":\"1\",\"data\":{}}\n{\"event\":\"a\",\"data\":1}\r\n\n{\"event\":\"a\",\"id\":\"1\",\"data\":{}}\n"
        + "{\"event\":\"a\",\"id\":\"1\",\"data\":{\"n\":1}}\n5", "application/x-ndjson"
    ),
  ])
  func aBatchAcceptsWhatItCan(body: String, contentType: String?) async throws {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/events/batch", body, headers: contentType.map { [.contentType: $0] } ?? [:])
    #expect(answer.status == 202)
    #expect(answer.json["accepted"] == 1)
    #expect(answer.json["duplicates"] == 1)
    let rejected = try #require(answer.json["rejected"]?.elements)
    #expect(rejected.map { $0["index"] } == [1, 3, 4])
    #expect(rejected.map { $0["error"]?["code"]?.stringValue } == ["invalid_field", "conflict", "invalid_body"])
    #expect(rejected[0]["error"]?["field"] == "data")
  }

  @Test func aBrokenLineIsRejectedAlone() async throws {
    let answer = try await TestGateway().send(.post, "/v1/events/batch", "{\"event\":\"a\",\"data\":{}}\n{\"event\"\n")
    #expect(answer.json["accepted"] == 1)
    #expect(answer.json["rejected"]?[0]?["error"]?["code"] == "invalid_json")
  }

  @Test func eventsAreShownAsTheyWerePublished() async throws {
    let gateway = TestGateway()
    let payload = #"{"id":"x","event":"memory.created","timestamp":"2026-04-13T10:30:00+02:00","data":{"n":12345678901234567890}}"#
    let key = gateway.ids.next()
    gateway.backend.with {
      $0.events = [
        Event(
          key: key, id: EventID(stored: "x"), type: EventType(stored: "memory.created"), namespace: .default,
          timestamp: Timestamp(microseconds: 0), acceptedAt: Timestamp(microseconds: 0), payload: Array(payload.utf8))
      ]
    }
    let shown = try await gateway.send(.get, "/v1/events/x")
    let expected =
      payload.replacing(#","data""#, with: #","namespace":"default","data""#).dropLast() + #","accepted_at":"1970-01-01T00:00:00.000Z"}"#
    #expect(shown.text == expected)
    let list = try await gateway.send(.get, "/v1/events?event=memory_add&namespace=my%20project&since=1h&until=2026-04-13T10:30:00Z")
    #expect(list.text == #"{"data":[\#(expected)],"next_cursor":null}"#)
    let filter = try #require(gateway.backend.with { $0.eventFilters }.first)
    #expect(filter.type?.name == "memory.created" && filter.namespace?.name == "my project")
    #expect(filter.since == Timestamp(microseconds: StoppedClock().time.microseconds - 3_600_000_000))
    #expect(filter.until == Timestamp(rfc3339: "2026-04-13T10:30:00Z"))
  }
}
