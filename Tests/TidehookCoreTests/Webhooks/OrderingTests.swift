import Testing
import TidehookCore
import TidehookTesting

@Suite struct OrderingTests {
  private let ids = IDGenerator(time: TestClock(), random: FixedRandom())

  private func event(_ data: String, namespace: String = "default") -> Event {
    let key = ids.next()
    return Event(
      key: key, id: EventID(key), type: EventType(stored: "memory.created"), namespace: Namespace(stored: namespace),
      timestamp: TestClock().now(), acceptedAt: TestClock().now(),
      payload: Array(#"{"id":"x","event":"memory.created","timestamp":"t","data":\#(data)}"#.utf8))
  }

  private func key(_ path: String, _ data: String) throws -> Int64? {
    Ordering.key(try #require(EventPath(path))).key(of: event(data))
  }

  @Test func sameValuesHaveOneKeyAndOthersAnother() throws {
    let one = try #require(try key("data.memory_id", #"{"memory_id":"m-1","n":1}"#))
    #expect(try key("data.memory_id", #"{"n":2,"memory_id":"m-1"}"#) == one)
    #expect(try key("data.memory_id", #"{"memory_id":"m-2"}"#) != one)
    #expect(try key("data.a.b", #"{"a":{"b":7}}"#) == key("data.a.b", #"{"x":0,"a":{"c":1,"b":7}}"#))
    #expect(try key("data.a", #"{"a":1}"#) != key("data.a", #"{"a":"1"}"#))
    #expect(try key("event", #"{"a":1}"#) == key("event", #"{"a":2}"#))
  }

  @Test(arguments: [#"{}"#, #"{"memory_id":null}"#, #"{"memory_id":{}}"#, #"{"memory_id":["m"]}"#, #"{"memory":{"id":1}}"#])
  func anEventWithoutAValueIsNotOrdered(data: String) throws {
    #expect(try key("data.memory_id", data) == nil)
  }

  @Test func theNamespaceIsAKey() throws {
    let ordering = Ordering.key(try #require(EventPath("namespace")))
    #expect(ordering.key(of: event("{}", namespace: "a")) == ordering.key(of: event(#"{"x":1}"#, namespace: "a")))
    #expect(ordering.key(of: event("{}", namespace: "a")) != ordering.key(of: event("{}", namespace: "b")))
  }

  @Test func withFifoAllEventsHaveOneKeyAndWithoutAnOrderNone() {
    #expect(Ordering.fifo.key(of: event("{}")) == Ordering.fifo.key(of: event(#"{"x":1}"#)))
    #expect(Ordering.unordered.key(of: event("{}")) == nil)
  }

  @Test("what is stored must stay the same") func theKeyOfAValueNeverChanges() throws {
    #expect(try key("data.id", #"{"id":"m-1"}"#) == -5_729_291_881_731_032_481)
    #expect(Ordering.fifo.key(of: event("{}")) == 0)
  }

  @Test(arguments: [#""none""#, #""fifo""#, #"{"key":"data.memory_id"}"#, #"{"key":"namespace"}"#])
  func itReadsWhatItWrites(text: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    #expect(try Ordering(json: json).json == json)
  }

  @Test(arguments: [
    (#""lifo""#, #"expected "none", "fifo" or {"key": PATH}, got "lifo""#),
    ("1", #"expected "none", "fifo" or {"key": PATH}, got 1"#),
    ("{}", "key: is required, a path into the event such as data.memory_id, beginning with data, event or namespace"),
    (#"{"key":7}"#, "key: expected a path into the event such as data.memory_id, beginning with data, event or namespace, got 7"),
    (#"{"keys":"data.a"}"#, "keys: is unknown, known are key"),
  ])
  func aBadOneIsRefusedWithAReason(text: String, problem: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    #expect { try Ordering(json: json) } throws: { "\($0)" == problem }
  }

  @Test(arguments: [
    ("data", false), ("data.tags[0]", false), ("data.tags[12].name", false), ("data.a[]", false), ("data.a", true), ("event", true),
    ("namespace", true), ("data.data", true), ("data.a]", false), ("data.a[", false), ("data.a]b[", false), ("data.*", false),
    ("data.*.b", false),
    ("data.a[x]", true), ("data.a[x][0]", false), ("data.filter[name][0x]", true), ("data.a*.b", true), ("data.tags[0]x", true),
  ])
  func somePathsLeadNowhere(text: String, mayLead: Bool) throws {
    #expect(try #require(EventPath(text)).mayLeadToScalar == mayLead)
  }

  @Test(arguments: [
    "", ".", "data.", ".data", "data..a", "memory_id", "event.x", "namespace.x", "data" + String(repeating: ".a", count: 8),
  ])
  func whatIsNoPathIsNone(text: String) {
    #expect(EventPath(text) == nil)
    #expect(EventPath("data." + String(repeating: "x", count: 252)) == nil)
  }
}
