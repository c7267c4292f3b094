import Testing
import TidehookCore

@Suite struct CanonicalJSONTests {
  @Test(arguments: [
    #"{"content":"café <b>&  🎉\#u{7f}"}"#, "{\"a\":\"\u{2028}\u{2029}\"}",
    #"["\b\f\n\r\t","\u0001","\u001f","\ud800","\udfff","\ud800\ud800","\udc00\ud800"]"#,
    "[1e+21,1e-7,0.00001,18446744073709552000,12345678901234567000,10000000000000000000]",
    #"{"2":3,"b":1}"#, "{}", "[]", "[{},[]]", "null", "true", "false", #""""#, "0", "-1", #"{"":""}"#, #"{"__proto__":1,"a":2}"#,
    "[0.1,1.5,-2.5e-9,1.7976931348623157e+308,5e-324,123456789.125,100000000000000000000,1.2e+21]",
  ])
  func stableTextsStayAsTheyAre(text: String) throws {
    #expect(try canonical(text) == text)
  }

  @Test(arguments: [
    (#" { "a" : 1 } "#, #"{"a":1}"#), ("[\n1\t,\r2 ]", "[1,2]"),
    (#""\u00e9""#, #""é""#), (#""\u003c""#, #""<""#), (#""\/""#, #""/""#), (#""\u007f""#, "\"\u{7f}\""),
    (#""\u0008""#, #""\b""#), (#""\u001F""#, #""\u001f""#), (#""\u2028""#, "\"\u{2028}\""), (#""\uD83C\udf89""#, #""🎉""#),
    (#""\u0022\u005C""#, #""\"\\""#), (#""\u000a\u0009\u000C\u000d\u0000""#, #""\n\t\f\r\u0000""#),
    (#""\uD800x\uDBFF\u0041""#, #""\ud800x\udbffA""#),
    (#""\ud83d\ud83d\ude00""#, #""\ud83d😀""#), (#""a\u0062c\u0064e""#, #""abcde""#),
  ])
  func stringsAreEscapedAsJavaScriptDoes(text: String, expected: String) throws {
    #expect(try canonical(text) == expected)
  }

  @Test(arguments: [
    ("1.0", "1"), ("1e3", "1000"), ("1E3", "1000"), ("1e+3", "1000"), ("1e-07", "1e-7"), ("1e-05", "0.00001"), ("-0", "0"), ("-0.0", "0"),
    ("0e5", "0"),
    ("0e99999999999999999999", "0"), ("-0.000e-1", "0"), ("1000000000000000000000", "1e+21"), ("1e21", "1e+21"),
    ("1e20", "100000000000000000000"),
    ("12.50", "12.5"), ("1.20e1", "12"), ("0.0000010", "0.000001"), ("0.00000010", "1e-7"), ("123e-2", "1.23"), ("100e-2", "1"),
    ("-1.5E+300", "-1.5e+300"),
    ("1.7976931348623157E308", "1.7976931348623157e+308"), ("0.10", "0.1"), ("1200e-3", "1.2"), ("0.1e1", "1"), ("10.01e1", "100.1"),
  ])
  func numbersAreWrittenAsJavaScriptDoes(text: String, expected: String) throws {
    #expect(try canonical(text) == expected)
  }

  @Test(
    "digits of %.17g say no more than the double",
    arguments: [
      ("0.10000000000000001", "0.1"), ("0.29999999999999999", "0.3"), ("-1.1000000000000001", "-1.1"),
      ("4.9406564584124654e-324", "5e-324"),
      ("1.2345678901234567e+30", "1.2345678901234567e+30"), ("3.1415926535897931", "3.141592653589793"),
    ])
  func digitsThatOnlySpellADoubleBecomeItsShortest(text: String, expected: String) throws {
    #expect(try canonical(text) == expected)
  }

  @Test(arguments: [
    ("9007199254740993", "9007199254740993"), ("-9007199254740993", "-9007199254740993"), ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"), ("18446744073709551615", "18446744073709551615"),
    ("72057594037927952", "72057594037927952"),
    ("12345678901234567168", "12345678901234567168"), ("0.1234567890123456789012", "0.1234567890123456789012"),
    ("1.2345678901234567890123e1", "12.345678901234567890123"), ("1e400", "1e+400"), ("-1e-400", "-1e-400"), ("3e-324", "3e-324"),
    ("123456789012345678901234567890", "1.2345678901234567890123456789e+29"), ("1e99999999999999999999", "1e99999999999999999999"),
    ("1.00000000000000000000000", "1"), ("9007199254740993.0", "9007199254740993"), ("0.123456789012345678", "0.123456789012345678"),
  ])
  func digitsThatADoubleWouldLoseStay(text: String, expected: String) throws {
    #expect(try canonical(text) == expected)
    #expect(try canonical(expected) == expected)
  }

  @Test(arguments: [
    (#"{"b":1,"10":2,"2":3}"#, #"{"2":3,"10":2,"b":1}"#), (#"{"a":1,"b":2,"a":3}"#, #"{"a":3,"b":2}"#),
    (#"{"\u0061":1,"a":2}"#, #"{"a":2}"#), (#"{"b":1,"1":{"z":1,"0":[]},"b":{"y":2,"y":3}}"#, #"{"1":{"0":[],"z":1},"b":{"y":3}}"#),
    (#"{"4294967295":1,"4294967294":2,"01":3,"0":4,"-1":5,"1.5":6}"#, #"{"0":4,"4294967294":2,"4294967295":1,"01":3,"-1":5,"1.5":6}"#),
    (#"{"1":1,"1":2}"#, #"{"1":2}"#), (#"{"é":1,"e\u0301":2}"#, "{\"é\":1,\"e\u{301}\":2}"),
    (#"{"__proto__":1,"__proto__":2}"#, #"{"__proto__":2}"#),
    (#"[{"b":1,"0":2},{"b":1,"b":2}]"#, #"[{"0":2,"b":1},{"b":2}]"#),
    (#"{"9999999999":1,"99999999999":2,"5":3}"#, #"{"5":3,"9999999999":1,"99999999999":2}"#),
  ])
  func membersStandAsInJavaScript(text: String, expected: String) throws {
    #expect(try canonical(text).utf8.elementsEqual(expected.utf8))
  }

  @Test(arguments: [2, 15, 16, 17, 40, 1000])
  func theLastOfManyEqualKeysWinsAtThePlaceOfTheFirst(count: Int) throws {
    let once = (0..<count).map { "\"key\($0)\":\($0)" }
    let again = (0..<count).map { "\"key\($0)\":\($0 + 7)" }
    let text = "{" + (once + again.shuffled()).joined(separator: ",") + "}"
    #expect(try canonical(text) == "{" + again.joined(separator: ",") + "}")
  }

  @Test func aCanonicalizerMayBeUsedAgainAfterARefusal() throws {
    var canonicalizer = JSONCanonicalizer()
    #expect(throws: JSONError.self) { try canonicalizer.canonicalize(Array(#"{"a":{"b":[1,"#.utf8)) }
    #expect(try canonicalizer.canonicalize(Array(#"{"a":1, "b":2}"#.utf8)) == Array(#"{"a":1,"b":2}"#.utf8))
    let raw = try Array("[ ]".utf8).withUnsafeBytes { try canonicalizer.canonicalize($0) }
    #expect(raw == Array("[]".utf8))
  }
}
