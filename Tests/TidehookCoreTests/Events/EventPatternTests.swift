import Testing
import TidehookCore

@Suite struct EventPatternTests {
  @Test(arguments: [
    ("memory_add", "memory.created"), ("memory:add", "memory.created"), ("memory_update", "memory.updated"),
    ("memory:delete", "memory.deleted"), ("memory_categorize", "memory.categorized"), ("memory.recalled", "memory.recalled"),
  ])
  func mem0sNamesBecomeCanonical(_ given: String, _ canonical: String) {
    #expect(EventType(given)?.name == canonical)
  }

  @Test(arguments: ["", "a b", "a/b", "é", "x:y", String(repeating: "x", count: 257)])
  func otherTextIsNoType(_ text: String) {
    #expect(EventType(text) == nil)
  }

  @Test(arguments: [
    ("*", "anything", true), ("memory.*", "memory.created", true), ("memory.*", "memory.a.b", true), ("memory.*", "memory.", false),
    ("memory.*", "memory", false), ("memory.*", "memoryx.created", false), ("memory.created", "memory.created", true),
    ("memory.created", "memory.updated", false), ("memory_add", "memory.created", true),
  ])
  func patternsMatchWhatTheySay(_ pattern: String, _ type: String, _ expected: Bool) throws {
    let pattern = try #require(EventPattern(pattern))
    #expect(pattern.matches(EventType(stored: type)) == expected)
  }

  @Test(arguments: [
    ("memory.*", true), ("*", true), ("memory:add", true), ("memory..x", true), ("memory..*", true), ("memory_add.*", true),
    ("memory:add.*", false), (String(repeating: "a", count: 254) + ".*", true), (String(repeating: "a", count: 255) + ".*", false),
  ])
  func aPatternIsPossibleWhenThereIsATypeForIt(_ text: String, _ expected: Bool) throws {
    #expect(try #require(EventPattern(text)).isPossible == expected)
    let longest = EventType(text.replacing("*", with: "x")).flatMap { EventPattern(text)?.matches($0) }
    #expect(expected == (text == "*" || longest == true))
  }

  @Test(arguments: ["", "**", "*.created", "memory.**", ".*", "a b.*"])
  func otherTextIsNoPattern(_ text: String) {
    #expect(EventPattern(text) == nil || text == ".*" && EventPattern(text) == nil)
  }
}
