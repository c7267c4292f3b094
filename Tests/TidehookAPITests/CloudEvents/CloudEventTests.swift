import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct CloudEventTests {
  private static let structured: HTTPFields = [.contentType: "application/cloudevents+json; charset=UTF-8"]
  private static let required = #""specversion":"1.0","id":"A-1","source":"/shop","type":"order.placed""#

  private func publish(_ body: String, _ headers: HTTPFields = structured) async throws -> (Answer, PublishRequest?) {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/events", body, headers: headers)
    return (answer, gateway.backend.with { $0.published }.first)
  }

  private static func binary(_ attributes: [String: String] = [:], type: String? = "application/json") throws -> HTTPFields {
    var headers: HTTPFields = [:]
    let all = ["specversion": "1.0", "id": "A-1", "source": "/shop", "type": "order.placed"].merging(attributes) { $1 }
    for (name, value) in all where !value.isEmpty { headers[try #require(HTTPField.Name("ce-\(name)"))] = value }
    headers[.contentType] = type
    return headers
  }

  @Test func aStructuredEventKeepsAllItsAttributes() async throws {
    let extras =
      #""subject":"42","time":"2026-04-13T10:30:00.123+02:00","priority":3,"urgent":true,"gone":null,"datacontenttype":"application/json""#
    let (answer, request) = try await publish(#"{"data":{"n":1.0},\#(extras),\#(Self.required)}"#)
    #expect(answer.status == 202)
    let event = try #require(request)
    #expect(answer.json["id"]?.stringValue == event.id?.rawValue)
    #expect(event.type.name == "order.placed")
    #expect(event.timestamp == "2026-04-13T10:30:00.123+02:00")
    #expect(event.namespace == .default)
    #expect(String(decoding: event.data, as: UTF8.self) == #"{"n":1}"#)
    let kept = String(decoding: try #require(event.cloudEvent), as: UTF8.self)
    let rest = #""subject":"42","time":"2026-04-13T10:30:00.123+02:00","datacontenttype":"application/json","priority":3,"urgent":true"#
    #expect(kept == #"{"specversion":"1.0","id":"A-1","source":"/shop","type":"order.placed",\#(rest)}"#)
  }

  @Test func theEnvelopeEndsWithTheAttributes() async throws {
    let request = try #require(try await publish(#"{\#(Self.required),"data":{"n":1}}"#).1)
    let clock = StoppedClock()
    let event = Event(request, key: TestGateway().ids.next(), acceptedAt: clock.time)
    let text = String(decoding: event.payload, as: UTF8.self)
    #expect(text.hasSuffix(#","data":{"n":1},"cloudevent":{\#(Self.required)}}"#))
    #expect(try CanonicalJSON.canonicalize(event.payload) == event.payload)
  }

  @Test(arguments: [
    (#","data":"hello""#, #"{"value":"hello"}"#, "value"),
    (#","data":[1,2]"#, #"{"value":[1,2]}"#, "value"),
    (#","data":null"#, #"{"value":null}"#, "value"),
    (#","data_base64":"aGk=""#, #"{"data_base64":"aGk="}"#, "data_base64"),
    ("", "{}", nil),
  ])
  func dataThatIsNoObjectIsKeptInAMember(member: String, data: String, name: String?) async throws {
    let request = try #require(try await publish("{\(Self.required)\(member)}").1)
    #expect(String(decoding: request.data, as: UTF8.self) == data)
    let kept = try JSONView(try #require(request.cloudEvent))
    #expect(kept["data_member"] != nil && kept["data_member"]?.string == name)
  }

  @Test func equalIdsOfTwoSourcesAreTwoEvents() async throws {
    let gateway = TestGateway()
    for source in ["/a", "/b", "/a"] {
      let body = #"{"specversion":"1.0","id":"1","source":"\#(source)","type":"t","data":{}}"#
      let answer = try await gateway.send(.post, "/v1/events", body, headers: Self.structured)
      #expect(answer.status == 202)
      #expect(answer.json["duplicate"] == .bool(source == "/a" && gateway.backend.with { $0.published }.count == 2))
    }
    #expect(gateway.backend.with { $0.published }.count == 2)
  }

  @Test func equalIdsInTwoNamespacesAreTwoEvents() async throws {
    let gateway = TestGateway()
    for namespace in ["a", "b"] {
      let body = #"{\#(Self.required),"namespace":"\#(namespace)","data":{}}"#
      let answer = try await gateway.send(.post, "/v1/events", body, headers: Self.structured)
      #expect(answer.status == 202 && answer.json["duplicate"] == false)
    }
  }

  @Test func bothModesMakeTheSameEvent() async throws {
    let (_, structured) = try await publish(#"{\#(Self.required),"datacontenttype":"application/json","subject":"é","data":{"n":1}}"#)
    let (_, binary) = try await publish(#"{ "n": 1 }"#, try Self.binary(["subject": "%C3%a9"]))
    #expect(structured?.id != nil && structured?.id == binary?.id)
    #expect(structured?.data == binary?.data && structured?.cloudEvent == binary?.cloudEvent)
  }

  @Test(arguments: [
    ("text/plain", "hi", #"{"value":"hi"}"#), ("application/xml", "<a/>", #"{"value":"<a/>"}"#),
    ("text/plain; charset=iso-8859-1", "hi", #"{"data_base64":"aGk="}"#), ("application/octet-stream", "hi", #"{"data_base64":"aGk="}"#),
    ("application/vnd.x+json", #"[ "hi" ]"#, #"{"value":["hi"]}"#), (nil, #"{"a":1}"#, #"{"a":1}"#),
    (nil, "hi", #"{"data_base64":"aGk="}"#),
    ("multipart/form-data; boundary=x", "hi", #"{"data_base64":"aGk="}"#), ("application/json", "", "{}"),
  ])
  func theBodyOfABinaryEventMayBeAnything(type: String?, body: String, data: String) async throws {
    let (answer, request) = try await publish(body, try Self.binary(type: type))
    #expect(answer.status == 202, "\(answer.text)")
    #expect(request.map { String(decoding: $0.data, as: UTF8.self) } == data)
    let kept = try JSONView(try #require(request?.cloudEvent))
    #expect(kept["datacontenttype"]?.string == type)
  }

  @Test func anEmptyContentTypeIsNone() async throws {
    let (answer, request) = try await publish(#"{"a":1}"#, try Self.binary(type: ""))
    #expect(answer.status == 202, "\(answer.text)")
    #expect(request.map { String(decoding: $0.data, as: UTF8.self) } == #"{"a":1}"#)
  }

  @Test func bytesThatAreNoTextAreKeptAsBase64() async throws {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/events", bytes: [0xff, 0x00], headers: try Self.binary(type: "text/plain"))
    #expect(answer.status == 202)
    #expect(gateway.backend.with { $0.published }.first.map { String(decoding: $0.data, as: UTF8.self) } == #"{"data_base64":"/wA="}"#)
  }

  @Test(arguments: [
    ("a%20b", "a b"), (#""a \"b\" %41""#, #"a "b" A"#), ("100%25", "100%"), ("Euro %E2%82%AC %F0%9F%98%80", "Euro € 😀"), ("a+b", "a+b"),
  ])
  func headersAreUnquotedAndPercentDecodedOnce(sent: String, read: String) async throws {
    let (answer, request) = try await publish("{}", try Self.binary(["subject": sent]))
    #expect(answer.status == 202, "\(answer.text)")
    #expect(try JSONView(try #require(request?.cloudEvent))["subject"]?.string == read)
  }

  @Test(arguments: [
    ("subject", "100%", "ce-subject"), ("subject", "%ff", "ce-subject"), ("subject", "%0a", "ce-subject"), ("subject", "\"a", "ce-subject"),
    ("id", "", "ce-id"), ("source", "", "ce-source"), ("type", "", "ce-type"), ("specversion", "", "ce-specversion"),
    ("specversion", "0.3", "ce-specversion"), ("time", "yesterday", "ce-time"), ("datacontenttype", "text/plain", "ce-datacontenttype"),
    ("data", "x", "ce-data"), ("trace-id", "x", "ce-trace-id"), ("type", String(repeating: "t", count: 257), "ce-type"),
  ])
  func aBadHeaderIsNamed(name: String, value: String, field: String) async throws {
    let (answer, request) = try await publish("{}", try Self.binary([name: value]))
    #expect(answer.status == 400 && answer.field == field, "\(answer.text)")
    #expect(answer.message.contains(field))
    #expect(request == nil)
  }

  @Test(arguments: [
    (#"{"id":"1","source":"/a","type":"t"}"#, "specversion"), (#"{"specversion":"1.0","source":"/a","type":"t"}"#, "id"),
    (#"{"specversion":"1.0","id":"1","type":"t"}"#, "source"), (#"{"specversion":"1.0","id":"1","source":"/a"}"#, "type"),
    (#"{"specversion":"0.3","id":"1","source":"/a","type":"t"}"#, "specversion"),
    (#"{"specversion":1.0,"id":"1","source":"/a","type":"t"}"#, "specversion"),
    (#"{"specversion":"1.0","id":"","source":"/a","type":"t"}"#, "id"), (#"{"specversion":"1.0","id":7,"source":"/a","type":"t"}"#, "id"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","time":"noon"}"#, "time"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","deep":{}}"#, "deep"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","big":2147483648}"#, "big"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","half":0.5}"#, "half"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","Upper":"x"}"#, "Upper"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","data_base64":"?"}"#, "data_base64"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","data":1,"data_base64":"aGk="}"#, "data_base64"),
    (#"{"specversion":"1.0","id":"1\u0000","source":"/a","type":"t"}"#, "id"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","namespace":"\u007f"}"#, "namespace"),
    (#"{"specversion":"1.0","id":"1","source":"/a","type":"t","data":{"namespace":"\u0001"}}"#, "data.namespace"),
  ])
  func aBadMemberIsNamed(body: String, field: String) async throws {
    let (answer, request) = try await publish(body)
    #expect(answer.status == 400 && answer.field == field, "\(answer.text)")
    #expect(answer.message.contains(field))
    #expect(request == nil)
  }

  @Test(arguments: ["", "[]", "7", "{", "\u{feff}{}"]) func whatIsNoCloudEventIsRefused(body: String) async throws {
    let (answer, _) = try await publish(body)
    #expect(answer.status == 400)
  }

  @Test(arguments: [
    ("com.example/order placed", "com.example_order_placed"), ("memory_add", "memory.created"), ("memory:add", "memory.created"),
    ("zażółć:1", "za_____1"),
  ])
  func charactersThatTypesCannotHaveBecomeUnderscores(type: String, mapped: String) async throws {
    let (answer, request) = try await publish(#"{"specversion":"1.0","id":"1","source":"/a","type":"\#(type)"}"#)
    #expect(answer.status == 202, "\(answer.text)")
    #expect(request?.type.name == mapped)
    #expect(try JSONView(try #require(request?.cloudEvent))["type"]?.string == type)
  }

  @Test func theNamespaceIsTheExtensionElseThatOfTheData() async throws {
    let both = try await publish(#"{\#(Self.required),"namespace":"outer","data":{"namespace":"inner"}}"#).1
    #expect(both?.namespace.name == "outer")
    let inner = try await publish(#"{\#(Self.required),"data":{"namespace":"inner"}}"#).1
    #expect(inner?.namespace.name == "inner")
  }

  @Test(arguments: ["/v1/events", "/v1/events/batch"]) func aBatchIsAnsweredLikeAnyOther(path: String) async throws {
    let gateway = TestGateway()
    let good = #"{\#(Self.required),"data":{}}"#
    let batch: HTTPFields = [.contentType: "application/cloudevents-batch+json"]
    let answer = try await gateway.send(.post, path, #"[\#(good),{"id":"2"},\#(good),5]"#, headers: batch)
    #expect(answer.status == 202)
    #expect(answer.json["accepted"] == 1 && answer.json["duplicates"] == 1)
    let rejected = try #require(answer.json["rejected"]?.elements)
    #expect(rejected.map { $0["index"] } == [1, 3])
    #expect(rejected[0]["error"]?["field"] == "specversion")
    let empty = try await gateway.send(.post, path, "[]", headers: batch)
    #expect(empty.text == #"{"accepted":0,"duplicates":0,"rejected":[]}"#)
    #expect(try await gateway.send(.post, path, good, headers: batch).status == 400)
  }

  @Test func oneEventIsNoBatch() async throws {
    let body = #"{\#(Self.required),"data":{}}"#
    #expect(try await TestGateway().send(.post, "/v1/events/batch", body, headers: Self.structured).status == 415)
    #expect(try await TestGateway().send(.post, "/v1/events/batch", "{}", headers: try Self.binary()).status == 415)
  }

  @Test func whatIsShownCanBePublished() async throws {
    let kept = #""cloudevent":{\#(Self.required),"data_member":"value"}"#
    let (answer, request) = try await publish(#"{"event":"a","data":{"value":1},\#(kept)}"#, [:])
    #expect(answer.status == 202)
    #expect(request?.cloudEvent.map { String(decoding: $0, as: UTF8.self) } == #"{\#(Self.required),"data_member":"value"}"#)
    for wrong in [#""cloudevent":1"#, #""cloudevent":{}"#, #""cloudevent":{\#(Self.required),"data_member":"x"}"#] {
      let refused = try await publish(#"{"event":"a","data":{},\#(wrong)}"#, [:]).0
      #expect(refused.status == 400 && refused.field?.hasPrefix("cloudevent") == true, "\(refused.text)")
    }
  }
}
