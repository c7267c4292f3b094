import Testing
import TidehookCore

@Suite struct BatchPolicyTests {
  private func policy(_ text: String) throws -> BatchPolicy { try BatchPolicy(json: try JSONValue(parsing: Array(text.utf8))) }

  private func event(_ payload: String) -> Event {
    let key = TimeOrderedID(key: 1, entropy: 2)
    return Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: Timestamp(microseconds: 0),
      acceptedAt: Timestamp(microseconds: 0), payload: Array(payload.utf8))
  }

  @Test func readsWhatItWrites() throws {
    let read = try policy(#"{"max_events": 50, "max_wait_secs": 0.5, "key": "data.user_id"}"#)
    #expect(read.maxEvents == 50 && read.maxWait == .milliseconds(500) && read.key?.description == "data.user_id")
    #expect(try BatchPolicy(json: read.json) == read)
    #expect(try policy(#"{"max_events": 1, "max_wait_secs": 86400, "key": null}"#).key == nil)
  }

  @Test(arguments: [
    (#"[]"#, "expected an object"),
    (#"{"max_wait_secs": 1}"#, "max_events: is required"),
    (#"{"max_events": 0, "max_wait_secs": 1}"#, "max_events: expected a whole number of 1...1000, got 0"),
    (#"{"max_events": 1001, "max_wait_secs": 1}"#, "max_events: expected a whole number of 1...1000, got 1001"),
    (#"{"max_events": 1.5, "max_wait_secs": 1}"#, "max_events: expected a whole number"),
    (#"{"max_events": 1}"#, "max_wait_secs: is required"),
    (#"{"max_events": 1, "max_wait_secs": 0}"#, "max_wait_secs: expected a number of 0.1...86400, got 0"),
    (#"{"max_events": 1, "max_wait_secs": 1e400}"#, "max_wait_secs: expected a number"),
    (#"{"max_events": 1, "max_wait_secs": "1"}"#, #"max_wait_secs: expected a number of 0.1...86400, got "1""#),
    (#"{"max_events": 1, "max_wait_secs": 1, "key": "data..b"}"#, "key: expected a path into the event"),
    (#"{"max_events": 1, "max_wait_secs": 1, "key": 7}"#, "key: expected a path into the event"),
    (#"{"max_events": 1, "max_wait_secs": 1, "size": 2}"#, "size: is unknown"),
  ])
  func refusesWhatItCannotKeep(_ text: String, _ message: String) throws {
    let problem = #expect(throws: JSONProblem.self) { try policy(text) }
    #expect(problem?.description.contains(message) == true, "\(problem?.description ?? "")")
  }

  @Test(arguments: [
    (#"{"data":{"user":"u1"}}"#, #"="u1""#), (#"{"data":{"user":7}}"#, "=7"), (#"{"data":{"user":"7"}}"#, #"="7""#),
    (#"{"data":{"user":true}}"#, "=true"), (#"{"data":{"user":""}}"#, #"="""#), (#"{"data":{"user":null}}"#, "-"),
    (#"{"data":{"user":{"id":1}}}"#, "-"), (#"{"data":{}}"#, "-"), (#"{"data":7}"#, "-"), (#"{}"#, "-"),
  ])
  func groupsByTheKeysValue(_ payload: String, _ group: String) throws {
    let policy = try policy(#"{"max_events": 2, "max_wait_secs": 1, "key": "data.user"}"#)
    #expect(policy.group(of: event(payload)).rawValue == group)
  }

  @Test func aLongKeyIsNone() throws {
    let policy = try policy(#"{"max_events": 2, "max_wait_secs": 1, "key": "data.k"}"#)
    let fits = String(repeating: "x", count: BatchPolicy.maximumKeyBytes - 2)
    #expect(policy.group(of: event(#"{"data":{"k":"\#(fits)"}}"#)) != .common)
    #expect(policy.group(of: event(#"{"data":{"k":"\#(fits)x"}}"#)) == .common)
  }

  @Test func withoutAKeyAllGoTogether() throws {
    #expect(try policy(#"{"max_events": 2, "max_wait_secs": 1}"#).group(of: event(#"{"data":{"user":"u1"}}"#)) == .common)
  }

  @Test func groupsSortBehindTheMarks() {
    let marks = [BatchGroup.unsorted, .formed].map(\.rawValue)
    #expect(marks.allSatisfy { mark in [BatchGroup.common.rawValue, "=1"].allSatisfy { $0 >= "-" && mark < "-" } })
  }

  @Test func aBatchIsNamedAfterItsFirstDelivery() {
    let first = DeliveryID(TimeOrderedID(key: 77, entropy: 5))
    let id = BatchID(ledBy: first, entropy: 9)
    #expect(id.key == first.key && id.value.entropy == 9 && id.description.hasPrefix("bat_"))
    #expect(BatchID(alone: first).value == first.value)
  }
}
