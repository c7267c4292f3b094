import Testing
import TidehookCore

@Suite struct JSONValueTests {
  @Test func parsesEachKind() throws {
    let value = try JSONValue(
      parsing: Array(
        #"{"n":null,"b":[true,false],"i":-9223372036854775808,"f":1.50,"big":18446744073709551615,"s":"\u00e9\n","o":{}}"#.utf8))
    #expect(
      value == [
        "n": nil, "b": [true, false], "i": .integer(.min), "f": 1.5, "big": .number("18446744073709551615"), "s": "é\n", "o": [:],
      ])
    #expect(value["b"]?[1]?.boolValue == false)
    #expect(value["f"]?.doubleValue == 1.5)
    #expect(value["i"]?.integerValue == .min)
    #expect(value["s"]?.stringValue == "é\n")
    #expect(value["missing"] == nil)
    #expect(value[0] == nil)
  }

  @Test(arguments: [("1.0", 1), ("1e3", 1000), ("-0", 0), ("9223372036854775807", Int64.max)])
  func integersInAnyNotationAreIntegers(text: String, expected: Int64) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == .integer(expected))
  }

  @Test(arguments: [
    #"{"b":[1,2.5,{"c":null}],"a":"\u0001\"\\é"}"#, "[[],{},[[]]]", #""x""#, "1e+400", "-1.5", "9007199254740993",
  ])
  func writesWhatItParsed(text: String) throws {
    #expect(String(decoding: try JSONValue(parsing: Array(text.utf8)).bytes, as: UTF8.self) == text)
  }

  @Test func loneSurrogatesBecomeReplacementCharacters() throws {
    #expect(try JSONValue(parsing: Array(#""a\ud800b""#.utf8)) == "a\u{fffd}b")
  }

  @Test(arguments: [
    (0.1, "0.1"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-7, "1e-7"), (-0.0, "0"), (100, "100"),
    (.leastNonzeroMagnitude, "5e-324"), (.infinity, "null"),
    (.nan, "null"), (0.000001, "0.000001"), (9007199254740992, "9007199254740992"), (1.7976931348623157e308, "1.7976931348623157e+308"),
  ])
  func doublesAreWrittenAsInJavaScript(value: Double, expected: String) {
    #expect(String(decoding: JSONValue.double(value).bytes, as: UTF8.self) == expected)
    var writer = JSONWriter()
    writer.number(value)
    #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
  }
}
