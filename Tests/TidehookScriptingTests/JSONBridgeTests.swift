import Testing
import TidehookCore
import TidehookScripting

@Suite struct JSONBridgeTests {
  @Test(arguments: [
    "{}", "[]", "null", "true", #""""#, "0", "-1", "9223372036854775807", "-9223372036854775808", "0.1", "1e+21", "1e-7", "5e-324",
    "1.7976931348623157e+308",
    "123456789012345680", "5.684341886080802e-14", "0.000001", "1.5e+300", #"{"a":[],"b":{},"c":null,"d":[[],{}]}"#,
    #"{"z":1,"a":2,"m":{"y":1,"b":2}}"#,
    #"{"2":1,"10":2,"b":3,"a":4}"#, #"["\u0001\b\t\n\f\r\"\\/\#u{7f}é€🎉\#u{2028}","\ud800"]"#, #"{"":{"":[null,false]}}"#,
    #"{"a\"\n":1,"\u0000":2}"#,
    "[1,[2,[3,[4,[5]]]]]",
  ])
  func whatIsPassedThroughKeepsItsBytes(json: String) async {
    let wrapped = #"{"v":\#(json)}"#
    #expect(await Fixture().transform("return event", event: wrapped) == wrapped)
  }

  @Test func longTextsKeepTheirBytes() async {
    let members = (0..<300).map { #""key \#(($0 * 7919) % 300)":[\#($0),"\#(String(repeating: "é\\n", count: $0))"]"# }
    let json = "{" + members.joined(separator: ",") + #","list":[\#((0..<1000).map(String.init).joined(separator: ","))]}"#
    #expect(await Fixture().transform("return event", event: json) == json)
  }

  @Test(arguments: [
    ("event.k = 1 return event", #"{"u":18446744073709551615,"d":0.1234567890123456789012,"l":[1,[1e+400]],"k":1}"#),
    ("event.k = nil event.new = 2 return event", #"{"u":18446744073709551615,"d":0.1234567890123456789012,"l":[1,[1e+400]],"new":2}"#),
    ("event.u = 0.5 return event", #"{"u":0.5,"d":0.1234567890123456789012,"l":[1,[1e+400]],"k":0}"#),
  ])
  func numbersThatAScriptLeavesAloneKeepTheirDigits(body: String, expected: String) async {
    let event = #"{"u":18446744073709551615,"d":0.1234567890123456789012,"l":[1,[1e+400]],"k":0}"#
    #expect(await Fixture().transform(body, event: event) == expected)
  }

  @Test func aNumberThatLuaCannotHoldIsNamedWhenItMustBeWritten() async {
    let result = await Fixture().transform("return {copy = event.big}", event: #"{"big":1e+400}"#)
    #expect(result == "result: script: transform's result cannot be written as JSON: infinite number at .copy")
  }

  @Test(arguments: [
    ("event.b = nil return event", #"{"z":1,"a":3}"#),
    ("event.c = 4 event.B = 5 return event", #"{"z":1,"b":2,"a":3,"B":5,"c":4}"#),
    ("event['7'] = 0 event['10'] = 1 return event", #"{"7":0,"10":1,"z":1,"b":2,"a":3}"#),
    ("event.z = nil event.z = {} return event", #"{"z":{},"b":2,"a":3}"#),
    ("local copy = {} for k, v in pairs(event) do copy[k] = v end return copy", #"{"a":3,"b":2,"z":1}"#),
    ("local keys = {} for k in pairs(event) do keys[#keys + 1] = k end return keys", #"["z","b","a"]"#),
    ("local keys = {} local k = next(event) while k do keys[#keys + 1] = k k = next(event, k) end return keys", #"["z","b","a"]"#),
    ("return {event = event, n = 1}", #"{"event":{"z":1,"b":2,"a":3},"n":1}"#),
  ])
  func keysKeepTheirOrder(body: String, expected: String) async {
    #expect(await Fixture().transform(body, event: #"{"z":1,"b":2,"a":3}"#) == expected)
  }

  @Test(arguments: [
    ("return {}", "{}"), ("return json.array()", "[]"), ("return json.array({})", "[]"), ("return json.object({})", "{}"),
    ("return {1, 'a', false}", #"[1,"a",false]"#),
    ("return {a = json.null}", #"{"a":null}"#),
    ("return {1.0, 2^53, 1e100, -0.0, 1/3}", "[1,9007199254740992,1e+100,0,0.3333333333333333]"),
    ("return {math.maxinteger, math.mininteger}", "[9223372036854775807,-9223372036854775808]"),
    ("return {b = 1, a = 2, [\"\"] = 3}", #"{"":3,"a":2,"b":1}"#),
    ("local t = event.list table.remove(t) return {t = t, n = #t}", #"{"n":0,"t":[]}"#),
    ("return json.decode('[1, {\"a\" : []}]')", #"[1,{"a":[]}]"#),
    ("return {json.encode({b = {}, a = json.array()})}", #"["{\"a\":[],\"b\":{}}"]"#),
    ("return {tostring(json.null), type(json.null)}", #"["null","userdata"]"#),
    ("return setmetatable(event.list, {__index = {}})", "[1]"),
    ("return {math.type(event.i), math.type(event.f), event.i + 1}", #"["integer","float",9007199254740994]"#),
  ])
  func tablesBecomeJSON(body: String, expected: String) async {
    #expect(await Fixture().transform(body, event: #"{"list":[1],"i":9007199254740993,"f":0.5}"#) == expected)
  }

  @Test(arguments: [
    ("event.x.y = 1", "attempt to index json.null (key 'y')"), ("return {event.x.y}", "attempt to index json.null (key 'y')"),
    ("return {event.x .. ''}", "attempt to concatenate json.null"), ("return {#event.x}", "attempt to get the length of json.null"),
    ("event.x()", "attempt to call json.null"), ("return {event.x + 1}", "attempt to perform arithmetic on json.null"),
    ("return {event.x < 1}", "attempt to compare json.null"),
    ("return {('x'):rep(event.x)}", "bad argument #1 to 'rep' (number expected, got null)"),
  ])
  func errorsCallNullByItsName(body: String, message: String) async {
    #expect(await Fixture().transform(body, event: #"{"x":null}"#) == "runtime: script:1: \(message)")
  }

  @Test(arguments: [
    "", "{", "nul", "[1,]", "{\"a\":1,}", "01", "1.", "1e", "\"\\x\"", "\"\u{1}\"", "[1] 2", "{\"a\" 1}", "\"\\ud8\"", "1e400", "-",
  ])
  func scriptsAreToldWhatIsNotJSON(text: String) async {
    let escaped = text.unicodeScalars.map { "\\u{\(String($0.value, radix: 16))}" }.joined()
    let result = await Fixture().transform(#"return {pcall(json.decode, "\#(escaped)")}"#)
    #expect(result.hasPrefix(#"[false,"script:1: not JSON: "#))
  }

  @Test func numbersAreWrittenShortest() async throws {
    var state: UInt64 = 20_260_413
    var values: [Double] = []
    while values.count < 5000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value =
        values.count % 2 == 0
        ? Double(bitPattern: state ^ state >> 29) : Double(sign: .plus, exponent: values.count % 2000 - 1040, significand: 1)
      if value.isFinite { values.append(value) }
    }
    let json = "[" + values.map { "\($0)" }.joined(separator: ",") + "]"
    let result = await Fixture(limits: ScriptLimits(cpuTime: .seconds(10))).transform("return event", event: json)
    let written = result.dropFirst().dropLast().split(separator: ",")
    try #require(written.count == values.count)
    for (text, value) in zip(written, values) {
      #expect(Double(String(text)) == value)
      #expect(digits(String(text)) == digits("\(value)"))
    }
  }

  private func digits(_ text: String) -> String {
    let mantissa = text.prefix { $0 != "e" }.filter(\.isNumber).drop { $0 == "0" }
    return String(mantissa.reversed().drop { $0 == "0" })
  }
}
