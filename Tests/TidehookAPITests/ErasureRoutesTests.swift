import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct ErasureRoutesTests {
  private let gateway = TestGateway()

  private func stored(_ namespace: String = "mine", erased: Bool = false) -> Event {
    let now = gateway.clock.time
    let event = Event(
      key: gateway.ids.next(), id: EventID(stored: "evt_1"), type: EventType(stored: "memory.created"),
      namespace: Namespace(stored: namespace), timestamp: now, acceptedAt: now,
      payload: erased ? [] : Array(#"{"id":"evt_1","event":"memory.created","timestamp":"t","data":{"a":1}}"#.utf8),
      erasedAt: erased ? now : nil)
    gateway.backend.with { $0.events = [event] }
    return event
  }

  @Test func anEventIsErased() async throws {
    let event = stored()
    let answer = try await gateway.send(.delete, "/v1/events/evt_1/content")
    #expect(answer.status == 204 && answer.text.isEmpty)
    #expect(gateway.backend.with { $0.erased } == [event.id])
  }

  @Test func anUnknownOrForeignEventIsNot() async throws {
    #expect(try await gateway.send(.delete, "/v1/events/evt_2/content").status == 404)
    #expect(try await gateway.send(.delete, "/v1/events/a%20b/content").status == 404)
    _ = stored("foreign")
    let key = try await gateway.makeKey()
    #expect(try await gateway.send(.delete, "/v1/events/evt_1/content", key: key).status == 404)
    #expect(gateway.backend.with { $0.erased } == [])
  }

  @Test func aKeyErasesWhatIsInItsNamespaces() async throws {
    let event = stored()
    let key = try await gateway.makeKey()
    #expect(try await gateway.send(.delete, "/v1/events/evt_1/content", key: key).status == 204)
    #expect(gateway.backend.with { $0.erased } == [event.id])
  }

  @Test func anErasedEventIsShownAsSuchAndNotTried() async throws {
    _ = stored(erased: true)
    let answer = try await gateway.send(.get, "/v1/events/evt_1")
    #expect(answer.json["data"] == .null && answer.json["erased_at"]?.stringValue == gateway.clock.time.rfc3339)
    let webhook = try await gateway.makeWebhook()
    let trial = try await gateway.send(.post, "/v1/dry-runs", #"{"webhook":"\#(webhook)","event_id":"evt_1"}"#)
    #expect(trial.status == 400 && trial.text.contains("was erased"), "\(trial.text)")
    let last = try await gateway.send(.post, "/v1/dry-runs", #"{"webhook":"\#(webhook)","last":5}"#)
    #expect(last.json["summary"]?["events"] == .integer(0), "\(last.text)")
  }
}
