import Testing
import TidehookCore
import TidehookTesting

@Suite struct JSONFuzzTests {
  /// 200 000 broken texts: none may crash, and what is accepted must be canonical after one pass and readable by every reader.
  @Test(arguments: [101, 102, 103, 104] as [UInt64])
  func acceptedTextsAreCanonicalAfterOnePass(seed: UInt64) throws {
    var generator = JSONGenerator(seed: seed)
    var random = SeededRandom(seed: seed &* 31)
    var canonicalizer = JSONCanonicalizer()
    var accepted = 0
    for _ in 0..<50_000 {
      var bytes = Array(generator.mutated().utf8)
      if !bytes.isEmpty, Bool.random(using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let first = try? canonicalizer.canonicalize(bytes) else { continue }
      accepted += 1
      try #require(try canonicalizer.canonicalize(first) == first, "\(String(decoding: bytes, as: UTF8.self))")
      let view = try JSONView(bytes)
      for child in view.children { _ = (view.name(of: child), view.value(of: child).string, view.value(of: child).view) }
      _ = try JSONValue(parsing: bytes).bytes
    }
    #expect(accepted > 5_000)
  }

  @Test func randomBytesNeverCrash() {
    var random = SeededRandom(seed: 7)
    let alphabet = Array(#"{}[]:,"\u09ade+-.tfn "#.utf8) + [0xc3, 0xa9, 0xed, 0xa0, 0xf0, 0x9f]
    for _ in 0..<200_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
      _ = refusal(of: bytes)
    }
  }
}
