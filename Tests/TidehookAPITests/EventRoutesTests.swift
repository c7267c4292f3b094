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

  @Test(arguments: ["types", "paths", "stream"]) func anIDThatCouldNotBeShownIsRefused(id: String) async throws {
    let gateway = TestGateway()
    let event = #"{"event":"a","id":"\#(id)","data":{}}"#
    let single = try await gateway.send(.post, "/v1/events", event)
    #expect(single.status == 400 && single.code == "invalid_field" && single.field == "id" && single.message.contains("reserved"))
    let batch = try await gateway.send(.post, "/v1/events/batch", "[\(event)]")
    #expect(batch.json["rejected"]?[0]?["error"]?["field"] == "id")
    #expect(gateway.backend.with { $0.published.isEmpty })
    // A CloudEvent's id is only part of what its event is called.
    let type: HTTPFields = [.contentType: "application/cloudevents+json"]
    let cloudEvent = #"{"specversion":"1.0","id":"\#(id)","source":"s","type":"a","data":{}}"#
    #expect(try await gateway.send(.post, "/v1/events", cloudEvent, headers: type).status == 202)
  }

  /// Whoever adds a call beside `GET /v1/events/{id}` takes an id away.
  @Test func everyCallBesideThatOfAnEventIsReserved() throws {
    let document = try JSONValue(parsing: TidehookAPI.openAPI())
    let paths = try #require(document["paths"]?.members)
    let names = paths.filter { $0.key.hasPrefix("/v1/events/") && $0.value["get"]?.members != nil }.map { String($0.key.dropFirst(11)) }
    #expect(names.filter { !$0.contains("{") && !$0.contains("/") }.sorted() == EventID.reserved.sorted())
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
    let trace = try #require(gateway.backend.with { $0.events.first?.traceID })
    let expected =
      payload.replacing(#","data""#, with: #","namespace":"default","data""#).dropLast()
      + #","accepted_at":"1970-01-01T00:00:00.000Z","trace_id":"\#(trace)"}"#
    #expect(shown.text == expected)
    let list = try await gateway.send(.get, "/v1/events?event=memory_add&namespace=my%20project&since=1h&until=2026-04-13T10:30:00Z")
    #expect(list.text == #"{"data":[\#(expected)],"next_cursor":null,"searched_until":null}"#)
    let filter = try #require(gateway.backend.with { $0.eventFilters }.first)
    #expect(filter.type == nil && filter.namespace?.name == "my project")
    #expect(filter.since == Timestamp(microseconds: StoppedClock().time.microseconds - 3_600_000_000))
    #expect(filter.until == Timestamp(rfc3339: "2026-04-13T10:30:00Z"))
  }

  @Test func theTraceOfTheRequestIsThatOfEachEvent() async throws {
    let gateway = TestGateway()
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    let headers: HTTPFields = [try #require(.init("Traceparent")): parent, try #require(.init("tracestate")): "a=1"]
    _ = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers)
    _ = try await gateway.send(.post, "/v1/events/batch", #"[{"event":"a","data":{}},{"event":"b","data":{}}]"#, headers: headers)
    var binary = headers
    for (name, value) in [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "a")] {
      binary[try #require(.init(name))] = value
    }
    _ = try await gateway.send(.post, "/v1/events", "{}", headers: binary)
    _ = try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#)
    let traces = gateway.backend.with { $0.published.map(\.trace) }
    #expect(traces.map { $0?.traceparent } == [parent, parent, parent, parent, nil])
    #expect(traces.map { $0?.state?.text } == ["a=1", "a=1", "a=1", "a=1", nil])
  }

  @Test func pagesOfBigEventsEndEarlyAndReadNoMoreThanTheyShow() async throws {
    let gateway = TestGateway()
    let payload = Array(#"{"id":"x","event":"a","timestamp":"t","data":{"x":"\#(String(repeating: "x", count: 1 << 20))"}}"#.utf8)
    let events = (0..<20).map { index in
      Event(
        key: gateway.ids.next(), id: EventID(stored: "e\(index)"), type: EventType(stored: "a"), namespace: .default,
        timestamp: StoppedClock().time, acceptedAt: StoppedClock().time, payload: payload)
    }
    gateway.backend.with { $0.events = events }
    var (found, path): ([String], String?) = ([], "/v1/events?limit=500")
    while let next = path {
      let page = try await gateway.send(.get, next)
      found += page.json["data"]?.elements?.compactMap { $0["id"]?.stringValue } ?? []
      path = page.json["next_cursor"]?.stringValue.map { "/v1/events?limit=500&cursor=\($0)" }
    }
    #expect(found == events.reversed().map(\.id.rawValue))
    #expect(gateway.backend.with { $0.readEvents } == [8, 8, 4])
  }

  @Test func aBatchOfTooManyIsRefusedWhole() async throws {
    let gateway = TestGateway()
    let event = #"{"event":"a","data":{}}"#
    for (separator, ends) in [(",", ("[", "]")), ("\n", ("", "\n"))] {
      let full = Array(repeating: event, count: 10_000).joined(separator: separator)
      let over = try await gateway.send(.post, "/v1/events/batch", ends.0 + full + separator + event + ends.1)
      #expect(over.status == 413 && over.code == "too_large", "\(over.text.prefix(200))")
      #expect(gateway.backend.with { $0.published }.isEmpty)
      #expect(try await gateway.send(.post, "/v1/events/batch", ends.0 + full + ends.1).json["accepted"] == 10_000)
      gateway.backend.with { $0.published = [] }
    }
  }

  @Test(arguments: ["0,", "a\n", "{\n", "[],"])
  func aBatchOfMillionsIsRefused(piece: String) async throws {
    var body = Array(String(repeating: piece, count: (16 << 20) / piece.utf8.count - 2).utf8)
    let isArray = piece.hasSuffix(",")
    if isArray { body = Array("[".utf8) + body + Array("0]".utf8) }
    let answer = try await TestGateway().send(
      .post, "/v1/events/batch", bytes: body, headers: isArray ? [:] : [.contentType: "application/x-ndjson"])
    #expect(answer.status == 413)
    #expect(answer.message == "expected at most 10000 events in a batch, got more")
  }

  @Test func aViewNotesNoMoreChildrenThanItsCallerWants() throws {
    let bytes = Array("[1,[2,3],{\"a\":4},5]".utf8)
    let view = try JSONView(bytes, in: bytes.indices, maximumChildren: 3)
    #expect(view.children.count == 3 && view.hasMoreChildren)
    let whole = try JSONView(bytes, in: bytes.indices, maximumChildren: 4)
    #expect(whole.children.count == 4 && !whole.hasMoreChildren)
    let broken = Array("[1,2,3".utf8)
    #expect(throws: JSONError.self) { try JSONView(broken, in: broken.indices, maximumChildren: 1) }
  }
}
