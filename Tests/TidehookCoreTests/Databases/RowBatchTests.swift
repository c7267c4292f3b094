import Testing
import TidehookCore

@Suite struct RowBatchTests {
  private func batch(_ body: String) throws(RowBodyError) -> RowBatch { try RowBatch(parsing: Array(body.utf8)) }

  @Test func anUpsertHasTableKeyAndValues() throws {
    let batch = try batch(#"{"table":"memories","key":{"memory_id":"m1"},"values":{"content":"x","tags":["a"],"n":9007199254740993}}"#)
    let values = [ColumnValue("content", "x"), ColumnValue("tags", ["a"]), ColumnValue("n", .integer(9_007_199_254_740_993))]
    #expect(batch.operations == [RowOperation(table: "memories", key: [ColumnValue("memory_id", "m1")], changes: [.upsert(values)])])
    #expect(batch.tables.isEmpty)
  }

  @Test func aDeleteHasNoValues() throws {
    let batch = try batch(#"{"table":"t","key":{"id":7},"delete":true}"#)
    #expect(batch.operations.map(\.changes) == [[.delete]])
    #expect(batch.operations[0].leavesNothing)
  }

  @Test func aListMayBeEmpty() throws {
    #expect(try batch("[]").operations.isEmpty)
  }

  @Test func rowsAreSortedByTableAndKeySoThatTwoDeliveriesMeetInTheSameOrder() throws {
    let rows = [("b", "1"), ("a", "2"), ("a", "10"), ("b", "0")]
    let body = "[" + rows.map { #"{"table":"\#($0.0)","key":{"k":"\#($0.1)"},"delete":true}"# }.joined(separator: ",") + "]"
    #expect(
      try batch(body).operations.map { "\($0.table) \($0.rowKey)" } == [
        #"a {"k":"10"}"#, #"a {"k":"2"}"#, #"b {"k":"0"}"#, #"b {"k":"1"}"#,
      ])
  }

  @Test func theOrderOfAKeysColumnsDoesNotMatter() throws {
    let first = try batch(#"{"table":"t","key":{"b":1,"a":"x"},"delete":true}"#)
    #expect(try batch(#"{"table":"t","key":{"a":"x","b":1.0},"delete":true}"#) == first)
    #expect(first.operations[0].rowKey == #"{"a":"x","b":1}"#)
  }

  @Test func changesOfOneRowStayInTheirOrder() throws {
    let upsert = #"{"table":"t","key":{"k":1},"values":{"v":1}}"#
    let delete = #"{"table":"t","key":{"k":1},"delete":true}"#
    let batch = try batch("[\(delete),\(upsert),\(delete),\(upsert)]")
    let value = RowChange.upsert([ColumnValue("v", 1)])
    #expect(batch.operations.map(\.changes) == [[.delete, value, .delete, value]])
    #expect(!batch.operations[0].leavesNothing)
  }

  @Test func createNamesTheColumnsAndTheKeyIsThePrimaryKey() throws {
    let create = #"[{"name":"id","type":"text"},{"name":"at","type":"time"}]"#
    let batch = try batch(#"{"table":"t","key":{"id":"x"},"values":{},"create":\#(create)}"#)
    #expect(batch.tables == [TableDefinition(name: "t", columns: [.init("id", .text), .init("at", .time)], key: ["id"])])
  }

  @Test(arguments: [
    ("", "the body is not JSON: "), ("{", "the body is not JSON: "), (#""x""#, "the body: expected {"), ("[1]", "[0]: expected {"),
    ("{}", "table: expected a name, got nothing"), (#"{"table":7}"#, "table: expected a name, got a number"),
    (#"{"table":""}"#, "table: expected a name of 1 to 63 bytes"), (#"{"table":"a\u0000b"}"#, "table: expected a name of 1 to 63 bytes"),
    (#"{"table":"Tidehook_Rows","key":{"a":1},"delete":true}"#, "table: Tidehook_Rows is a table of the database itself or of Tidehook"),
    (#"{"table":"pg_authid","key":{"a":1},"delete":true}"#, "table: pg_authid is a table of"),
    (#"{"table":"sqlite_master","key":{"a":1},"delete":true}"#, "table: sqlite_master is a table of"),
    (#"{"table":"t"}"#, "key: expected an object"), (#"{"table":"t","key":{}}"#, "key: expected at least one column"),
    (#"{"table":"t","key":[1]}"#, "key: expected an object of at most 500 columns and their values, got a list"),
    (#"{"table":"t","key":{"a":null},"delete":true}"#, #"key."a": expected a string, a number or a boolean, got null"#),
    (#"{"table":"t","key":{"a":[1]},"delete":true}"#, #"key."a": expected a string, a number or a boolean, got a list"#),
    (#"{"table":"t","key":{"":1},"delete":true}"#, "key's column: expected a name of 1 to 63 bytes"),
    (#"{"table":"t","key":{"a":1}}"#, #"values: expected values or "delete": true, got neither"#),
    (#"{"table":"t","key":{"a":1},"delete":false}"#, "got neither"),
    (#"{"table":"t","key":{"a":1},"delete":true,"values":{}}"#, "got both"),
    (#"{"table":"t","key":{"a":1},"delete":"yes"}"#, "delete: expected true, got a string"),
    (#"{"table":"t","key":{"a":1},"values":[]}"#, "values: expected an object"),
    (#"{"table":"t","key":{"a":1},"values":{"a":2}}"#, #"values: the column "a" is in the key already"#),
    (#"{"table":"t","key":{"a":1},"where":{}}"#, #""where" is no member of an operation; known are table, key, values, delete, create"#),
    (#"[{"table":"t","key":{"a":1},"delete":true},{"table":"t","key":{"a":1},"values":7}]"#, "[1].values: expected an object"),
    (#"{"table":"t","key":{"a":1},"values":{},"create":[]}"#, "create: expected a list of columns"),
    (#"{"table":"t","key":{"a":1},"values":{},"create":["a text"]}"#, #"create[0]: expected {"name", "type"}, got a string"#),
    (
      #"{"table":"t","key":{"a":1},"values":{},"create":[{"name":"a","type":"text) --"}]}"#, "create[0].type: expected one of text, integer"
    ),
    (#"{"table":"t","key":{"a":1},"values":{},"create":[{"name":"b","type":"text"}]}"#, #"create: expected the key's column "a""#),
  ])
  func mistakesAreNamed(body: String, message: String) {
    let error = #expect(throws: RowBodyError.self) { try batch(body) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "none")")
  }

  @Test func noMessageRepeatsAValue() {
    let error = #expect(throws: RowBodyError.self) { try batch(#"{"table":"t","key":{"a":1},"values":"hunter2"}"#) }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test func namesLongerThanPostgreSQLKeepsAreRefused() throws {
    let longest = String(repeating: "é", count: 31) + "x"
    #expect(try batch(#"{"table":"\#(longest)","key":{"a":1},"delete":true}"#).operations[0].table == longest)
    #expect(throws: RowBodyError.self) { try batch(#"{"table":"\#(longest)x","key":{"a":1},"delete":true}"#) }
  }

  @Test func tooManyOperationsAndTooLongKeysAreRefused() throws {
    let operation = #"{"table":"t","key":{"a":1},"delete":true}"#
    let list = { (count: Int) in "[" + repeatElement(operation, count: count).joined(separator: ",") + "]" }
    #expect(try batch(list(RowBatch.maximumOperations)).operations.count == 1)
    #expect(throws: RowBodyError.self) { try batch(list(RowBatch.maximumOperations + 1)) }
    let long = String(repeating: "x", count: 2000)
    #expect(throws: RowBodyError.self) { try batch(#"{"table":"t","key":{"a":"\#(long)"},"delete":true}"#) }
  }
}
