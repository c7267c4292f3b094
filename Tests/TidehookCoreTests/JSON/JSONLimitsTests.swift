import Testing
import TidehookCore

@Suite struct JSONLimitsTests {
  @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
  func depth128IsTheDeepest(open: String, close: String) throws {
    func nested(_ depth: Int) -> String {
      String(repeating: open, count: depth - 1) + "[]" + String(repeating: close, count: depth - 1)
    }
    #expect(try canonical(nested(128)) == nested(128))
    #expect(refusal(of: Array(nested(129).utf8))?.code == .tooDeep)
    #expect(refusal(of: Array(nested(100_000).utf8))?.code == .tooDeep)
    #expect(throws: JSONError.self) { try CanonicalJSON.canonicalize(Array(nested(4).utf8), maximumDepth: 3) }
    #expect(try JSONValue(parsing: Array(nested(128).utf8)).bytes == Array(nested(128).utf8))
  }

  @Test(arguments: [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")])
  func readersOfAnswersMayGoTo192(open: String, close: String) throws {
    func nested(_ depth: Int) -> [UInt8] {
      let levels = (depth - 1) / (open.utf8.contains(UInt8(ascii: "{")) && open.hasPrefix("[") ? 2 : 1)
      return Array((String(repeating: open, count: levels) + "[]" + String(repeating: close, count: levels)).utf8)
    }
    #expect(try JSONValue(parsing: nested(191), maximumDepth: 192).bytes == nested(191))
    #expect(try JSONValue(parsing: nested(160), maximumDepth: 160).bytes == nested(160))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(193), maximumDepth: .max) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: Array(#"{"a":"#.utf8) + nested(160) + Array("]".utf8), maximumDepth: 192) }
  }

  @Test func hundredThousandOpenBracketsAreRefusedAtTheLimit() {
    #expect(refusal(of: [UInt8](repeating: 0x5b, count: 100_000))?.offset == 128)
    #expect(refusal(of: Array(String(repeating: #"{"a":"#, count: 100_000).utf8))?.code == .tooDeep)
  }

  @Test func twoMebibytesOfOneStringPass() throws {
    let text = "\"" + String(repeating: "é", count: 1 << 20) + "\""
    #expect(try canonical(text) == text)
  }

  @Test func hundredThousandKeysAreNotQuadratic() throws {
    let members = (0..<100_000).map { "\"key\($0)\":\($0)" }
    let text = "{" + members.joined(separator: ",") + "}"
    let clock = ContinuousClock()
    var result = ""
    let time = try clock.measure { result = try canonical(text) }
    #expect(result == text)
    #expect(time < .seconds(2), "quadratic work would take minutes")
  }

  @Test func hundredThousandIndexKeysInReverseAreSorted() throws {
    let text = "{" + (0..<100_000).reversed().map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    let expected = "{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
    #expect(try canonical(text) == expected)
  }

  @Test func disorderAtEachLevelIsRestoredAtEachLevel() throws {
    let levels = 127
    let text =
      String(repeating: #"{"a":0,"0":"#, count: levels) + "[\"\(String(repeating: "x", count: 100_000))\"]"
      + String(repeating: "}", count: levels)
    let result = try canonical(text)
    #expect(result.hasPrefix(#"{"0":{"0":{"#))
    #expect(result.hasSuffix(#"x"],"a":0}"# + String(repeating: #","a":0}"#, count: levels - 1)))
    #expect(result.utf8.count == text.utf8.count)
  }
}
