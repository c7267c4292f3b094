import Testing
import TidehookCore
import TidehookDatabases
import TidehookStorage

@Suite struct PostgresColumnTests {
  private func text(_ column: PostgresColumn, _ value: JSONValue) -> String? {
    if case .text(let text) = column.value(value) { text } else { nil }
  }

  @Test(arguments: [
    ("text", "", PostgresColumn.plain), ("jsonb", "", .json), ("json", "", .json), ("_text", "text", .array(ofJSON: false)),
    ("_jsonb", "jsonb", .array(ofJSON: true)), ("int4", "", .plain),
  ])
  func theCataloguesWordsAreRead(type: String, element: String, column: PostgresColumn) {
    #expect(PostgresColumn(type: type, element: element) == column)
  }

  @Test(arguments: [PostgresColumn.plain, .json, .array(ofJSON: true), .array(ofJSON: false)])
  func nullIsNullEverywhere(_ column: PostgresColumn) {
    #expect(text(column, .null) == nil)
  }

  @Test func plainColumnsGetTheTextOfAValue() {
    #expect(text(.plain, "a\"b") == "a\"b")
    #expect(text(.plain, .integer(.max)) == "9223372036854775807")
    #expect(text(.plain, .number("123456789012345678901234567890")) == "123456789012345678901234567890")
    #expect(text(.plain, true) == "true")
    #expect(text(.plain, ["a", ["b": 1]]) == #"["a",{"b":1}]"#)
  }

  @Test func jsonColumnsGetJSON() {
    #expect(text(.json, "a") == #""a""#)
    #expect(text(.json, ["a": []]) == #"{"a":[]}"#)
  }

  @Test func arraysAreQuoted() {
    let column = PostgresColumn.array(ofJSON: false)
    #expect(text(column, []) == "{}")
    #expect(text(column, ["a", .null, "NULL", #"q"\"#, "", .integer(1), [1, [2]]]) == #"{"a",NULL,"NULL","q\"\\","","1",{"1",{"2"}}}"#)
    #expect(text(column, "{a}") == "{a}")
    #expect(text(.array(ofJSON: true), [["a": "b"], [1]]) == #"{"{\"a\":\"b\"}","[1]"}"#)
  }
}
