import Testing
import TidehookCore

@Suite struct TextSearchTests {
  @Test(arguments: [
    ("tea", "Green TEA", true), ("TEA", "green tea", true), ("a", "A", true), ("tea", "te", false), ("tea", "tetea", true),
    ("aab", "aaab", true), ("ä", "Ä", false), ("ä", "bä", true), ("[", "{", false), ("@", "`", false), ("x", "", false),
    ("\"a\":1", "{\"A\":1}", true),
  ])
  func theCaseOfASCIILettersDoesNotMatter(text: String, bytes: String, isThere: Bool) throws {
    #expect(try #require(TextSearch(text)).isIn(Array(bytes.utf8)) == isThere)
  }

  @Test func emptyAndLongTextsAreRefused() {
    #expect(TextSearch("") == nil && TextSearch(String(repeating: "a", count: 201)) == nil)
    #expect(TextSearch(String(repeating: "ä", count: 100)) != nil)
  }
}
