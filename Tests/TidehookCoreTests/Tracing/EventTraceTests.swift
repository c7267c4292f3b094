import Testing
import TidehookCore

@Suite struct EventTraceTests {
  private let attempt = AttemptID(TimeOrderedID(key: 7, entropy: 0xabc))
  private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  private func event(_ trace: TraceContext? = nil) -> Event {
    let key = TimeOrderedID(key: 0x0123_4567_89ab_cdef, entropy: 0xfedc_ba98_7654_3210)
    let time = Timestamp(microseconds: 0)
    return Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: time, acceptedAt: time, payload: [],
      trace: trace)
  }

  @Test func withoutATraceOneBeginsThatIsNotSampled() {
    #expect(event().traceID == "0123456789abcdeffedcba9876543210")
    #expect(
      event().traceHeaders(attempt) == [HeaderField("traceparent", "00-0123456789abcdeffedcba9876543210-0000000000000abc-00")])
  }

  @Test func theProducersTraceGoesOnWithTheAttemptAsParent() {
    let trace = TraceContext(traceparent: parent, tracestate: "a=1")
    #expect(
      event(trace).traceHeaders(attempt) == [
        HeaderField("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000abc-01"), HeaderField("tracestate", "a=1"),
      ])
  }

  @Test func noParentIsAllZeros() {
    let headers = event().traceHeaders(AttemptID(TimeOrderedID(key: 7, entropy: 0)))
    #expect(headers.first?.value.hasSuffix("-0000000000000001-00") == true)
  }
}
