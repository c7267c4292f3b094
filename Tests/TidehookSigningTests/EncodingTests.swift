import Testing
import TidehookCore
import TidehookSigning

@Suite struct EncodingTests {
  @Test(
    "RFC 4648 section 10",
    arguments: [
      ("", "", ""), ("f", "Zg==", "66"), ("fo", "Zm8=", "666f"), ("foo", "Zm9v", "666f6f"), ("foob", "Zm9vYg==", "666f6f62"),
      ("fooba", "Zm9vYmE=", "666f6f6261"), ("foobar", "Zm9vYmFy", "666f6f626172"),
    ])
  func encodesThePublishedVectors(text: String, base64: String, hex: String) {
    let bytes = Array(text.utf8)
    #expect(Base64.encode(bytes) == base64)
    #expect(Base64.decode(base64.utf8) == bytes)
    #expect(Base64.decode(base64.utf8.filter { $0 != 0x3d }) == bytes)
    #expect(Hex.encode(bytes) == hex)
    #expect(Hex.decode(hex.uppercased()) == bytes)
  }

  @Test func allBytesSurviveBothEncodings() {
    let bytes = (0...255).map { UInt8($0) }
    #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    #expect(Hex.decode(Hex.encode(bytes)) == bytes)
  }

  @Test(arguments: ["a", "ab=", "abc==", "a===", "====", "ab=c", "a b=", "ab-_", "Zg==\n", "Zg===", "Zm9v=", "é"])
  func whatIsNotBase64IsRefused(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }

  @Test(arguments: [([], ""), ([0xfb, 0xff], "-_8"), ([0xff, 0xff, 0xff], "____"), (Array("hi".utf8), "aGk")] as [([UInt8], String)])
  func theAlphabetForURLsHasNoPadding(bytes: [UInt8], text: String) {
    #expect(Base64.encodeForURL(bytes) == text)
    #expect(Base64.decodeForURL(text.utf8) == bytes)
  }

  @Test(arguments: ["+/8=", "a/", "aGk=="])
  func theOtherAlphabetIsNotTakenForIt(text: String) {
    #expect(Base64.decodeForURL(text.utf8) == nil)
  }

  @Test(arguments: ["0", "0g", "zz", " 0", "0x00", "é"])
  func whatIsNotHexadecimalIsRefused(text: String) {
    #expect(Hex.decode(text) == nil)
  }

  @Test(
    "FIPS 180-4 examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func sha256MakesThePublishedHashes(text: String, expected: String) throws {
    #expect(Hex.encode(try Digest.sha256(Array(text.utf8))) == expected)
  }

  @Test func comparisonIsByValueAndLength() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2], [1, 2]))
    #expect(!constantTimeEquals([1, 2], [1, 3]))
    #expect(!constantTimeEquals([1, 2], [1, 2, 3]))
    #expect(!constantTimeEquals([], [0]))
  }

  @Test func randomBytesAreNotRepeated() throws {
    var random = SecureRandom()
    #expect(try SecureRandom.bytes(count: 32) != SecureRandom.bytes(count: 32))
    #expect(random.next() != random.next())
    #expect(try SecureRandom.bytes(count: 0).isEmpty)
  }
}
