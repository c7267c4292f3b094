import Testing
import TidehookCore

@Suite struct TraceContextTests {
  private let valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func aValidParentIsRead() throws {
    let trace = try #require(TraceContext(traceparent: valid, tracestate: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"))
    #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(trace.parentID == "00f067aa0ba902b7")
    #expect(trace.flags == 1)
    #expect(trace.state?.text == "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7")
    #expect(trace.traceparent == valid)
  }

  @Test(arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
    "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01", "0é-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
    "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  ])
  func anythingElseIsNone(_ text: String) {
    #expect(TraceContext(traceparent: text, tracestate: "a=1") == nil)
  }

  @Test func aLaterVersionIsReadAsFarAsItIsKnown() throws {
    let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for text in [later, later + "-what-comes-later"] {
      #expect(try #require(TraceContext(traceparent: text)).traceparent == valid)
    }
    #expect(TraceContext(traceparent: later + "-" + String(repeating: "x", count: 600)) == nil)
  }

  @Test(arguments: [("00", "00"), ("01", "01"), ("03", "03"), ("09", "01"), ("ff", "03")])
  func flagsThatAreNotDefinedAreNotPassedOn(_ flags: String, _ passed: String) throws {
    #expect(try #require(TraceContext(traceparent: valid.dropLast(2) + flags)).traceparent.hasSuffix("-\(passed)"))
  }

  @Test func moreThanOneParentIsNoneAndStatesAreOneList() throws {
    let parent = HeaderField("TraceParent", valid)
    let states = [HeaderField("tracestate", "a=1"), HeaderField("X", "y"), HeaderField("Tracestate", "b=2")]
    #expect(TraceContext([parent] + states)?.state?.text == "a=1,b=2")
    #expect(TraceContext([parent, parent] + states) == nil)
    #expect(TraceContext(states) == nil)
  }

  @Test(arguments: [nil, "a=1", "0tenant@vendor= x y,b=2"])
  func whatIsStoredReadsBack(_ state: String?) throws {
    let trace = try #require(TraceContext(traceparent: valid, tracestate: state))
    #expect(TraceContext(stored: trace.stored) == trace)
    #expect(TraceContext(stored: "") == nil)
  }

  @Test(arguments: [
    ("a=1", "a=1"), (" a=1 ,\tb=2\t", "a=1,b=2"), ("a=1,,b=2,", "a=1,b=2"), ("a= 1", "a= 1"), ("a_-*/9=!~", "a_-*/9=!~"),
    ("1t@v=x", "1t@v=x"),
  ])
  func statesArePassedOn(_ text: String, _ passed: String) {
    #expect(TraceState(text)?.text == passed)
  }

  @Test(arguments: [
    "", ",", "a", "a=", "=1", "A=1", "1a=1", "a=1=2", "a=é", "a=1,a=2", "a@=1", "@a=1", "a@1b=1", "a@b@c=1", "a\u{1}=1",
    "a=\(String(repeating: "x", count: 257))", "\(String(repeating: "x", count: 257))=1", "t@\(String(repeating: "v", count: 15))=1",
    (0...32).map { "k\($0)=v" }.joined(separator: ","), String(repeating: ",", count: 9000) + "a=1",
  ])
  func otherStatesAreNot(_ text: String) throws {
    #expect(TraceState(text) == nil)
    #expect(try #require(TraceContext(traceparent: valid, tracestate: text)).state == nil)
  }

  @Test func ofTooMuchTheLongEntriesGoFirstThenTheLast() {
    let entry = { (name: String, length: Int) in "\(name)=\(String(repeating: "x", count: length - name.utf8.count - 1))" }
    let (long, short) = (entry("long", 200), (0..<5).map { entry("s\($0)", 100) })
    #expect(TraceState(([short[0], long] + short[1...3]).joined(separator: ","))?.text == short[0...3].joined(separator: ","))
    #expect(TraceState((short + [entry("last", 100)]).joined(separator: ","))?.text == short.joined(separator: ","))
  }
}
