import Testing
import TidehookCore

@Suite struct JSONWriterTests {
  @Test func putsCommasBetweenMembersAndElements() {
    var json = JSONWriter()
    json.beginObject()
    json.key("a")
    json.beginArray()
    json.integer(1)
    json.beginObject()
    json.endObject()
    json.beginArray()
    json.endArray()
    json.bool(true)
    json.endArray()
    json.key("b")
    json.null()
    json.key("c")
    json.raw(#"{"x":1}"#.utf8)
    json.key("d")
    json.number(0.5)
    json.endObject()
    #expect(String(decoding: json.bytes, as: UTF8.self) == #"{"a":[1,{},[],true],"b":null,"c":{"x":1},"d":0.5}"#)
  }

  @Test(arguments: [
    "", "plain", "q\"b\\", "\u{0}\u{1}\u{1f}\u{8}\u{c}\n\r\t", "é漢🎉\u{7f}\u{2028}", "a long text with a quote at the end\"", "\u{10ffff}",
  ])
  func whatItWritesIsCanonicalAndReadsBack(text: String) throws {
    var json = JSONWriter()
    json.string(text)
    #expect(try CanonicalJSON.canonicalize(json.bytes) == json.bytes)
    #expect(try JSONValue(parsing: json.bytes) == .string(text))
  }

  @Test func integersBeyondADoubleKeepTheirDigits() {
    var json = JSONWriter()
    json.beginArray()
    json.integer(Int64.min)
    json.integer(UInt64.max)
    json.endArray()
    #expect(String(decoding: json.bytes, as: UTF8.self) == "[-9223372036854775808,18446744073709551615]")
  }
}
