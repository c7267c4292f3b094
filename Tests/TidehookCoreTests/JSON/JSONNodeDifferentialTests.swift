import Foundation
import Testing
import TidehookCore
import TidehookTesting

/// Compares with JavaScript itself: the same random texts through `JSON.stringify(JSON.parse(text))` in one node process.
@Suite struct JSONNodeDifferentialTests {
  private static let script = """
    const lines = require('fs').readFileSync(0, 'utf8').split('\\n').filter(line => line.length)
    const answer = line => { try { return JSON.stringify(JSON.parse(line)) } catch { return '!' } }
    process.stdout.write(lines.map(answer).join('\\n'))
    """

  private static let node: String? = ["/usr/bin/node", "/usr/local/bin/node"].first { FileManager.default.isExecutableFile(atPath: $0) }

  private static func answers(to lines: [String]) throws -> [String] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("json-\(UUID().uuidString).txt")
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(node))
    process.arguments = ["-e", script]
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test(.enabled(if: node != nil, "needs node"), arguments: [1, 2, 3] as [UInt64])
  func losslessTextsGiveWhatNodeGives(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    let lines = (0..<20_000).map { _ in generator.text() }
    let expected = try Self.answers(to: lines)
    #expect(expected.count == lines.count)
    for (line, expected) in zip(lines, expected) {
      let own = try canonical(line)
      try #require(own.utf8.elementsEqual(expected.utf8), "\(line) gave \(own), node \(expected)")
    }
  }

  @Test(.enabled(if: node != nil, "needs node"))
  func doublesAreWrittenAsNodeDoes() throws {
    var random = SeededRandom(seed: 17)
    let doubles =
      (0..<50_000).map { _ in Double(bitPattern: random.next()) }.filter(\.isFinite) + [
        0.1, 1e21, 1e-7, 1.2345678901234568e20, .leastNonzeroMagnitude,
      ]
    let expected = try Self.answers(to: doubles.map(\.description))
    for (double, expected) in zip(doubles, expected) {
      try #require(String(decoding: JSONValue.double(double).bytes, as: UTF8.self) == expected)
    }
  }

  @Test(.enabled(if: node != nil, "needs node"))
  func seventeenDigitsOfADoubleAreWrittenAsNodeDoes() throws {
    var random = SeededRandom(seed: 18)
    let doubles = (0..<20_000).map { _ in Double.random(in: -1000...1000, using: &random) }.filter { $0.rounded() != $0 }
    let texts = doubles.map { String(format: "%.17g", $0) } + doubles.map { String(format: "%.16e", $0) }
    for (text, expected) in zip(texts, try Self.answers(to: texts)) { try #require(try canonical(text) == expected, "\(text)") }
  }

  @Test(.enabled(if: node != nil, "needs node"))
  func acceptsExactlyWhatNodeAccepts() throws {
    var generator = JSONGenerator(seed: 19)
    let lines = (0..<30_000).map { _ in generator.mutated() }.filter { !$0.isEmpty }
    for (line, expected) in zip(lines, try Self.answers(to: lines)) {
      try #require((refusal(of: Array(line.utf8)) == nil) == (expected != "!"), "\(line.debugDescription)")
    }
  }
}
