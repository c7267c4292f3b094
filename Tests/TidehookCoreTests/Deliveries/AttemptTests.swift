import Testing
import TidehookCore

@Suite struct AttemptTests {
  private func log(_ first: String, _ added: String) -> String {
    var attempt = Attempt(
      id: AttemptID(TimeOrderedID(key: 1, entropy: 1)), number: 1, trigger: .first, revision: 1, startedAt: Timestamp(microseconds: 0),
      durationMicroseconds: 0, log: first)
    attempt.addLog(added)
    return attempt.log
  }

  @Test(arguments: [("", "a\n", "a\n"), ("a\n", "b", "a\nb"), ("a", "b\n", "a\nb\n"), ("a", "", "a")])
  func addedLinesStartALine(_ first: String, _ added: String, _ wanted: String) {
    #expect(log(first, added) == wanted)
  }

  @Test func aLogStopsAtFourKiBBetweenCharacters() {
    let full = String(repeating: "x", count: 4096)
    #expect(log("", full + "y") == full)
    #expect(log(full, "y") == full)
    #expect(log(String(full.dropLast(2)), "🌊") == full.dropLast(2) + "\n")
    #expect(log(full.dropLast(4) + "\n", "🌊a") == full.dropLast(4) + "\n")
    #expect(log(full.dropLast(5) + "\n", "🌊a") == full.dropLast(5) + "\n🌊")
  }
}
