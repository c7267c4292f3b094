import Testing
import TidehookCore

@Suite struct JSONViewTests {
  private let event = Array(
    #"{"id":"evt_1","event":"memory.created","data":{"namespace":"a\"b","n":9007199254740993,"l":[1,{"x":[]}]},"ok":true,"no":null}"#.utf8)

  @Test func findsMembersAndTheirRanges() throws {
    let view = try JSONView(event)
    #expect(view.kind == .object)
    #expect(view.children.map { view.name(of: $0) } == ["id", "event", "data", "ok", "no"])
    #expect(view.children.map(\.kind) == [.string, .string, .object, .bool, .null])
    #expect(view["event"]?.string == "memory.created")
    #expect(view["ok"]?.bool == true)
    #expect(view["missing"] == nil)
    #expect(view["id"].map { String(decoding: $0.text, as: UTF8.self) } == #""evt_1""#)
  }

  @Test func looksIntoNestedValues() throws {
    let data = try #require(try JSONView(event)["data"]?.view)
    #expect(data["namespace"]?.string == "a\"b")
    #expect(data["n"]?.integer == 9_007_199_254_740_993)
    let list = try #require(data["l"]?.view)
    #expect(list.kind == .array)
    #expect(list.children.map { String(decoding: list.value(of: $0).text, as: UTF8.self) } == ["1", #"{"x":[]}"#])
  }

  @Test func theLastOfEqualNamesCountsAndEscapedNamesAreFound() throws {
    let view = try JSONView(Array(#" { "a" : 1 , "a" : 2 , "\u0062" : [ 3 ] } "#.utf8))
    #expect(view["a"]?.integer == 2)
    #expect(view["b"].map { String(decoding: $0.text, as: UTF8.self) } == "[ 3 ]")
  }

  @Test(arguments: [("1", JSONKind.number), (#""a""#, .string), ("null", .null), ("true", .bool), ("[]", .array), ("{}", .object)])
  func knowsTheKindOfAnyText(text: String, kind: JSONKind) throws {
    let view = try JSONView(Array(text.utf8))
    #expect(view.kind == kind)
    #expect(view.children.isEmpty)
    #expect(view["a"] == nil)
  }

  @Test func refusesWhatIsNotJSON() {
    #expect(throws: JSONError.self) { try JSONView(Array(#"{"a":1"#.utf8)) }
  }
}
