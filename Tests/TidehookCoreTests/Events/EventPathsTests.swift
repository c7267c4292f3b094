import Testing
import TidehookCore

@Suite struct EventPathsTests {
  private func paths(_ payloads: String...) -> EventPaths {
    var paths = EventPaths()
    for payload in payloads { paths.add(Array(payload.utf8)) }
    return paths
  }

  @Test func everyPathIsThereInTheOrderOfTheEvent() {
    let found = paths(#"{"id":"e","data":{"tags":["a","b"],"user":{"name":"n","age":7},"rows":[{"x":null}]}}"#)
    #expect(
      found.paths.map(\.name) == [
        "event.id", "event.data", "event.data.tags", "event.data.tags[1]", "event.data.user", "event.data.user.name",
        "event.data.user.age", "event.data.rows", "event.data.rows[1]", "event.data.rows[1].x",
      ])
    #expect(
      found.paths.map(\.types)
        == ["string", "object", "array", "string", "object", "string", "number", "array", "object", "null"].map { [$0] })
    #expect(found.paths.map(\.example) == ["e", .null, ["a", "b"], "a", .null, "n", 7, .null, .null, .null])
  }

  @Test func eventsAddUp() {
    let found = paths(#"{"data":{"a":null}}"#, #"{"data":{"a":"x"}}"#, #"{"data":{}}"#, "no JSON")
    #expect(found.events == 3)
    #expect(found.paths.map(\.count) == [3, 2])
    #expect(found.paths.last?.types == ["null", "string"] && found.paths.last?.example == "x")
  }

  @Test(arguments: [
    ("name", ".name"), ("_a1", "._a1"), ("1a", #"["1a"]"#), ("end", #"["end"]"#), ("", #"[""]"#), ("a b", #"["a b"]"#),
    (#"a"\b"#, #"["a\"\\b"]"#), ("ä", #"["ä"]"#), ("a\n\u{1}2", #"["a\n\0012"]"#),
  ])
  func membersAreSpelledAsLuaSpellsThem(key: String, suffix: String) {
    #expect(EventPaths.suffix(key) == suffix)
  }

  @Test func whatIsLargeIsCut() {
    let many = (0..<600).map { #""k\#($0)":1"# }.joined(separator: ",")
    #expect(paths(#"{"data":{\#(many)}}"#).paths.count == EventPaths.maximumPaths)
    let deep = String(repeating: #"{"a":"#, count: 20) + "1" + String(repeating: "}", count: 20)
    #expect(paths(deep).paths.count == EventPaths.maximumDepth)
    #expect(paths(#"{"a":"\#(String(repeating: "x", count: 99))"}"#).paths[0].example.stringValue?.count == 81)
  }
}
