import Testing
import TidehookAPI

@Suite struct LineDiffTests {
  private func diff(_ old: String, _ new: String) -> String {
    LineDiff(from: old, to: new).unified(from: "a", to: "b")
  }

  @Test func equalTextsHaveNoDifference() {
    for text in ["", "a", "a\nb\n", "\n\n"] { #expect(diff(text, text) == "") }
  }

  @Test func aChangedLineIsShownBetweenItsNeighbours() {
    let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
    #expect(diff(old, old.replacing("5", with: "five")) == "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n")
  }

  @Test func changesThatAreFarApartHaveTheirOwnHunks() {
    let lines = (1...20).map { "\($0)\n" }
    let changed = lines.enumerated().map { $0.offset == 1 || $0.offset == 17 ? "x\n" : $0.element }
    let text = diff(lines.joined(), changed.joined())
    #expect(text.contains("@@ -1,5 +1,5 @@\n") && text.contains("@@ -15,6 +15,6 @@\n"))
    #expect(text.split(separator: "@@ -").count == 3)
  }

  @Test func nothingBeforeOrAfterIsAnEmptyRange() {
    #expect(diff("", "a\n") == "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n")
    #expect(diff("a\n", "") == "--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n")
  }

  @Test func aMissingLineFeedAtTheEndIsSaid() {
    #expect(diff("a\n", "a") == "--- a\n+++ b\n@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n")
  }

  @Test func linesDifferThatOnlyLookAlike() {
    #expect(diff("caf\u{e9}\n", "cafe\u{301}\n").contains("-caf\u{e9}\n+cafe\u{301}\n"))
    #expect(diff("a\r\nb\r\n", "a\nb\r\n").contains("-a\r\n+a\n b\r\n"))
  }

  @Test func theDifferenceTurnsOneTextIntoTheOther() {
    var seed: UInt64 = 7
    func random(_ bound: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33) % bound
    }
    for _ in 0..<300 {
      let texts = (0..<2).map { _ in (0..<random(30)).map { _ in "\(random(5))\n" } }
      #expect(apply(diff(texts[0].joined(), texts[1].joined()), to: texts[0]) == texts[1])
    }
  }

  @Test func textsWithoutACommonLineAreReplacedWhole() {
    let (old, new) = ((0..<20_000).map { "o\($0)\n" }, (0..<20_000).map { "n\($0)\n" })
    let text = diff("head\n" + old.joined() + "tail\n", "head\n" + new.joined() + "tail\n")
    #expect(apply(text, to: ["head\n"] + old + ["tail\n"]) == ["head\n"] + new + ["tail\n"])
  }

  /// What `patch` does: takes the lines of each hunk's old side out and puts its new side in.
  private func apply(_ diff: String, to lines: [String]) -> [String] {
    var result: [String] = []
    var next = 0
    for line in diff.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).dropLast() {
      if line.hasPrefix("@@") {
        let old = line.split(separator: " ")[1].dropFirst().split(separator: ",")
        let start = (Int(old[0]) ?? 0) - (old.count == 2 && old[1] == "0" ? 0 : 1)
        result += lines[next..<start]
        next = start
      } else if line.hasPrefix("+") {
        result.append(line.dropFirst() + "\n")
      } else {
        if line.hasPrefix(" ") { result.append(lines[next]) }
        next += 1
      }
    }
    return result + lines[next...]
  }
}
