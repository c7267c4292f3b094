import Testing
import TidehookCore

@Suite struct JSONGrammarTests {
  @Test(arguments: [
    "", " ", "\n", "{", "}", "[", "]", ",", ":", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1", "[1,", "[[]", "[]]", "[}", "{]", #"{"a"}"#,
    #"{"a":}"#,
    #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{"a"::1}"#, "{a:1}", "{'a':1}", "{1:1}", "{null:1}", #"{"a":1"#,
    #"{"a":"#, #"{"a""#, #"{"a"#,
    #"{"a":1,"#, #"{"a":1}}"#, #"{"a":1}#"#, "{}{}", "1 2", "nul", "nulll", "True", "NULL", "tru", "fals", "truefalse", "undefined", "NaN",
    "Infinity",
    "-Infinity", "-", "+1", "-a", "01", "-01", "00", "1.", "-1.", ".5", "-.5", "1.e3", "1e", "1e+", "1E-", "0x10", "1_000", "1,2", "--1",
    "1e1.5", "1a", "2.e3",
    #"""#, #""abc"#, "'abc'", #""\"#, #""\""#, #""\x41""#, #""\u""#, #""\u12""#, #""\u12g4""#, #""\u123"#, #""\U0041""#, #""\ud800\u""#,
    #""\a""#, #""\'""#, "\"\\\n\"",
    "\"\n\"", "\"\t\"", "\"\u{0}\"", "\"a\u{1f}\"", "\u{0}", "[1]\u{0}", "\u{feff}{}", "[\u{a0}1]", "[\u{b}1]", "[\u{c}1]", "\u{2028}1",
    "/*c*/1", "1//c", "#1", "[1]x",
    "é", "[é]", #"{"é"}"#, "`a`", "[\"a\",\n4\n,1,", #"["":1]"#, #"["a""#, "[1:2]", "[tru]", "<null>", "[<null>]", "*", "\\", "[\\]",
    #"{"x"::"b"}"#, #"{"a":/*c*/"b"}"#,
  ])
  func refuses(text: String) {
    #expect(refusal(of: Array(text.utf8)) != nil)
  }

  @Test(
    arguments: [
      [0x22, 0x80, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xc1, 0xbf, 0x22], [0x22, 0xe0, 0x80, 0xaf, 0x22],
      [0x22, 0xe0, 0x9f, 0xbf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xed, 0xbf, 0xbf, 0x22], [0x22, 0xf0, 0x80, 0x80, 0xaf, 0x22], [0x22, 0xf0, 0x8f, 0xbf, 0xbf, 0x22],
      [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
      [0x22, 0xf5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xff, 0x22], [0x22, 0xfe, 0x22], [0x22, 0xc3, 0x22], [0x22, 0xe2, 0x82, 0x22],
      [0x22, 0xf0, 0x9f, 0x8e, 0x22], [0x22, 0xc3],
      [0x22, 0xe2, 0x82], [0x22, 0xf0, 0x9f, 0x8e], [0x22, 0xe2, 0x28, 0xa1, 0x22], [0x22, 0xf0, 0x28, 0x8c, 0xbc, 0x22], [0xff],
      [0x5b, 0xff, 0x5d], [0xe9], [0xfe, 0xff, 0x00, 0x22],
      [0xff, 0xfe, 0x22, 0x00], [0x22, 0xf8, 0x88, 0x80, 0x80, 0x80, 0x22],
    ] as [[UInt8]])
  func refusesIllFormedUTF8(bytes: [UInt8]) {
    #expect(refusal(of: bytes) != nil)
  }

  @Test(arguments: [
    "[]", "{}", " [] ", "\t\n\r {}\n", "[[]   ]", "1", "-1", "0", "-0", "1e1", "1E+1", "1e-1", "0e0", "0e+1", "123.456e78", "-0.0", "null",
    " true", "false ", #""""#, #"" ""#,
    #"["a",1,null,true,false,{},[]]"#, #"{"a":{"b":{"c":[]}}}"#, #"{"":0}"#, #"{"a":1,"a":1}"#, #""\"\\\/\b\f\n\r\t\u0000\uffff""#,
    #""\uDADA""#, #""\ud800\udc00""#, "\"\u{7f}\"",
    "\"\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}\"", "\"\u{feff}\"", "\"\u{fffe}\u{1fffe}\"", "[1,\n2\r,\t3 ]",
    "\"asd \"", #"[ "]}{[" ]"#,
    "-123123123123123123123123123123", "1.5e+9999", "123123e100000",
    "0.4e00669999999999999999999999999999999999999999999999999999999999999999999999", "[-2.]".replacing(".", with: ""),
  ])
  func accepts(text: String) {
    #expect(refusal(of: Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    ("{\n \"a\":}", JSONError.Code.unexpectedCharacter, "unexpected character '}' at byte 7 (line 2, column 6)"),
    ("[1,", .unexpectedEnd, "unexpected end of the text at byte 3 (line 1, column 4)"),
    ("", .empty, "no JSON value, the text is empty"), ("  \n", .empty, "no JSON value, the text is empty"),
    ("\u{feff}1", .byteOrderMark, "unexpected byte order mark at byte 0 (line 1, column 1)"),
    ("{} x", .trailingContent, "unexpected character 'x' after the JSON value at byte 3 (line 1, column 4)"),
    ("\"é\u{1}\"", .controlCharacter, "unescaped control byte 0x01 in a string at byte 3 (line 1, column 3)"),
    (#""\q""#, .invalidEscape, "invalid escape, unexpected character 'q' at byte 2 (line 1, column 3)"),
    ("[01]", .invalidNumber, "invalid number, unexpected character '1' at byte 2 (line 1, column 3)"),
    ("[\u{e9}]", .unexpectedCharacter, "unexpected byte 0xc3 at byte 1 (line 1, column 2)"),
    ("nulL", .unexpectedCharacter, "unexpected character 'L' at byte 3 (line 1, column 4)"),
  ])
  func tellsWhatIsWrongAndWhere(text: String, code: JSONError.Code, description: String) throws {
    let error = try #require(refusal(of: Array(text.utf8)))
    #expect(error.code == code)
    #expect(error.description == description)
  }

  @Test func invalidUTF8IsLocated() throws {
    let error = try #require(refusal(of: [0x22, 0x61, 0xff, 0x22]))
    #expect(error.description == "invalid UTF-8 at byte 2 (line 1, column 3)")
  }

  /// Cuts a text that has every token in it at each byte, so that each way to end too early is met.
  @Test func everyTruncationOfAnObjectIsRefused() {
    let text = Array(#"{"a":[1.5e-3,"\u00e9\n\ud83d\ude00é🎉",true,false,null,{"b":{}},[]],"c":-0}"#.utf8)
    #expect(refusal(of: text) == nil)
    for length in 0..<text.count { #expect(refusal(of: Array(text[..<length])) != nil, "\(length)") }
  }
}
