import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// Events that are published in the form of Mem0's webhooks.
@Suite struct EventDetailsTests {
  private func published(_ body: String) async throws -> PublishRequest {
    let gateway = TestGateway()
    let answer = try await gateway.send(.post, "/v1/events", body)
    #expect(answer.status == 202, "\(answer.text)")
    return try #require(gateway.backend.with { $0.published.first })
  }

  @Test(arguments: [
    (
      #"{"id":"a1-4g7h","data":{"memory":"Name is Alex"},"event":"ADD"}"#, "memory.created",
      #"{"memory_id":"a1-4g7h","content":"Name is Alex"}"#
    ),
    (#"{"event":"UPDATE","id":7,"data":{"memory":""}}"#, "memory.updated", #"{"memory_id":7,"content":""}"#),
    (#"{"id":"m","data":{"memory":null},"event":"DELETE"}"#, "memory.deleted", #"{"memory_id":"m","content":null}"#),
    (#"{"id":"m","event":"DELETE"}"#, "memory.deleted", #"{"memory_id":"m"}"#),
    (
      #"{"event":"CATEGORIZE","memory_id":"m","categories":["hobbies"]}"#, "memory.categorized",
      #"{"memory_id":"m","categories":["hobbies"]}"#
    ),
    (#"{"event":"INGEST_JOB_FAILED","job_id":"j","n":2}"#, "ingest_job_failed", #"{"job_id":"j","n":2}"#),
    (
      #"{"id":"m","data":{"memory":"x","tags":["a"],"content":"other"},"event":"ADD","user_id":"u","2":1}"#, "memory.created",
      #"{"2":1,"memory_id":"m","content":"x","tags":["a"],"user_id":"u"}"#
    ),
  ])
  func detailsBecomeAnEventWithTheNamesOfREM(details: String, type: String, data: String) async throws {
    let request = try await published(#"{"event_details":\#(details)}"#)
    #expect(request.type.name == type)
    #expect(String(decoding: request.data, as: UTF8.self) == data)
    #expect(request.namespace == .default && request.id == nil && request.timestamp == nil)
  }

  @Test func idNamespaceAndTimestampMayStandBesideThem() async throws {
    let body = #"{"event_details":{"event":"DELETE","id":"m"},"id":"e1","namespace":"p","timestamp":"2026-04-13T10:30:00Z"}"#
    let request = try await published(body)
    #expect(request.id?.rawValue == "e1" && request.namespace.name == "p" && request.timestamp == "2026-04-13T10:30:00Z")
  }

  @Test func theNamespaceInTheirDataCounts() async throws {
    let request = try await published(#"{"event_details":{"event":"ADD","id":"m","data":{"memory":"x","namespace":"p"}}}"#)
    #expect(request.namespace.name == "p")
  }

  @Test func batchesTakeThem() async throws {
    let batch = #"[{"event_details":{"event":"DELETE","id":"m"}},{"event_details":{}},{"event":"memory.recalled","data":{}}]"#
    let answer = try await TestGateway().send(.post, "/v1/events/batch", batch)
    #expect(answer.json["accepted"] == 2 && answer.json["rejected"]?[0]?["index"] == 1)
    #expect(answer.json["rejected"]?[0]?["error"]?["field"] == "event_details.event")
  }

  @Test(arguments: [
    ("7", "event_details"), ("null", "event_details"), ("{}", "event_details.event"), (#"{"event":"add"}"#, "event_details.event"),
    (#"{"event":"ADD"}"#, "event_details.id"), (#"{"event":"ADD","id":""}"#, "event_details.id"),
    (#"{"event":"ADD","id":1.5}"#, "event_details.id"), (#"{"event":"ADD","id":"m"}"#, "event_details.data"),
    (#"{"event":"ADD","id":"m","data":[]}"#, "event_details.data"), (#"{"event":"ADD","id":"m","data":{}}"#, "event_details.data.memory"),
    (#"{"event":"UPDATE","id":"m","data":{"memory":7}}"#, "event_details.data.memory"),
    (#"{"event":"DELETE","id":"m","data":"x"}"#, "event_details.data"),
    (#"{"event":"CATEGORIZE","id":"m"}"#, "event_details.memory_id"),
  ])
  func whatIsWrongIsNamed(details: String, field: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/events", #"{"event_details":\#(details)}"#)
    #expect(answer.status == 400 && answer.field == field && answer.message.hasPrefix(field + ":"), "\(answer.text)")
  }

  @Test(arguments: [#""event":"a""#, #""data":{}"#]) func theyDoNotGoWithTidehooksOwnForm(member: String) async throws {
    let answer = try await TestGateway().send(.post, "/v1/events", #"{"event_details":{"event":"DELETE","id":"m"},\#(member)}"#)
    #expect(answer.status == 400 && answer.field == "event_details")
  }
}
