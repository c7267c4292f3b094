import Testing
import TidehookCore
import TidehookDatabases

@Suite struct SQLiteRowsTests {
  private static let done = Outcome.done(upserted: 1, deleted: 0, ignored: 0)
  private static let ignored = Outcome.done(upserted: 0, deleted: 0, ignored: 1)

  @Test func aRowIsInsertedThenUpdated() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(content: "a"), at: 1, key: 1) == Self.done)
    #expect(try await fixture.send(memory(content: "b"), at: 2, key: 2) == Self.done)
    #expect(try fixture.rows("SELECT content FROM memories") == ["b"])
  }

  @Test func columnsThatAreNotNamedStay() async throws {
    let fixture = try SQLiteFixture()
    try fixture.run("INSERT INTO memories VALUES ('m1', 'a', 'kept', 7)")
    #expect(try await fixture.send(memory(content: "b")) == Self.done)
    #expect(try fixture.rows("SELECT content || tags || n FROM memories") == ["bkept7"])
  }

  @Test func anOlderEventThanTheRowHasSeenIsIgnored() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(content: "new"), at: 5, key: 2) == Self.done)
    #expect(try await fixture.send(memory(content: "old"), at: 4, key: 1) == Self.ignored)
    #expect(try fixture.rows("SELECT content FROM memories") == ["new"])
  }

  @Test func aLateOlderUpdateDoesNotBringADeletedRowBack() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(), at: 1, key: 1) == Self.done)
    #expect(try await fixture.send(deleted(), at: 5, key: 3) == .done(upserted: 0, deleted: 1, ignored: 0))
    #expect(try await fixture.send(memory(content: "late"), at: 3, key: 2) == Self.ignored)
    #expect(try fixture.rows("SELECT content FROM memories") == [])
    #expect(try fixture.rows("SELECT deleted FROM tidehook_rows") == ["1"])
    #expect(try await fixture.send(memory(content: "again"), at: 6, key: 4) == Self.done)
    #expect(try fixture.rows("SELECT deleted FROM tidehook_rows") == ["0"])
  }

  @Test func aDeleteOfWhatNeverWasIsRemembered() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(deleted(), at: 5, key: 2) == .done(upserted: 0, deleted: 0, ignored: 0))
    #expect(try await fixture.send(memory(), at: 4, key: 1) == Self.ignored)
  }

  @Test func theSameEventAgainIsANoOp() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory()) == Self.done)
    try fixture.run("UPDATE memories SET content = 'changed by somebody else'")
    #expect(try await fixture.send(memory()) == Self.ignored)
    #expect(try fixture.rows("SELECT content FROM memories") == ["changed by somebody else"])
  }

  @Test func aReplayedEventIsAppliedAgainUnlessTheRowHasSeenALaterOne() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(content: "wrong"), at: 1, key: 1) == Self.done)
    #expect(try await fixture.send(memory(content: "mended"), at: 1, key: 1, isReplayed: true) == Self.done)
    #expect(try fixture.rows("SELECT content FROM memories") == ["mended"])
    #expect(try await fixture.send(memory(content: "new"), at: 2, key: 2) == Self.done)
    #expect(try await fixture.send(memory(content: "mended"), at: 1, key: 1, isReplayed: true) == Self.ignored)
    #expect(try fixture.rows("SELECT content FROM memories") == ["new"])
  }

  @Test func ofEventsAtTheSameTimeTheOneThatWasAcceptedLastWins() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory(content: "second"), at: 1, key: 9) == Self.done)
    #expect(try await fixture.send(memory(content: "first"), at: 1, key: 8) == Self.ignored)
    #expect(try await fixture.send(memory(content: "last"), at: 1, key: 1000) == Self.done)
    #expect(try fixture.rows("SELECT content FROM memories") == ["last"])
  }

  @Test func eachRowIsJudgedByItself() async throws {
    let fixture = try SQLiteFixture()
    #expect(try await fixture.send(memory("m1", content: "new"), at: 5, key: 2) == Self.done)
    let both = "[\(memory("m1", content: "old")),\(memory("m2", content: "old"))]"
    #expect(try await fixture.send(both, at: 4, key: 1) == .done(upserted: 1, deleted: 0, ignored: 1))
    #expect(try fixture.rows("SELECT content FROM memories ORDER BY 1") == ["new", "old"])
  }

  @Test func severalChangesOfOneRowHappenInTheirOrder() async throws {
    let fixture = try SQLiteFixture()
    let body = "[\(memory(content: "first")),\(deleted()),\(memory(content: "last"))]"
    #expect(try await fixture.send(body) == .done(upserted: 2, deleted: 1, ignored: 0))
    #expect(try fixture.rows("SELECT content FROM memories") == ["last"])
  }

  @Test func aFailureUndoesTheWholeDelivery() async throws {
    let fixture = try SQLiteFixture()
    let body = #"[\#(memory("m1")),{"table":"memories","key":{"memory_id":"m2"},"values":{"content":null}}]"#
    let outcome = try await fixture.send(body)
    #expect(outcome.isFailure(.database, containing: "mem.db: NOT NULL constraint failed: memories.content"), "\(outcome)")
    #expect(try fixture.rows("SELECT content FROM memories") == [])
    #expect(try await fixture.send(memory("m1")) == Self.done)
  }

  @Test(arguments: [
    (#"{"table":"nope","key":{"a":1},"values":{}}"#, "no such table: nope"),
    (#"{"table":"nope","key":{"a":1},"delete":true}"#, "no such table: nope"),
    (#"{"table":"memories","key":{"memory_id":"m"},"values":{"content":"x","nope":1}}"#, "nope"),
    (#"{"table":"memories","key":{"nope":"m"},"delete":true}"#, "no such column: memories.nope"),
    (#"{"table":"memories","key":{"content":"m"},"values":{}}"#, "table memories needs a unique index on (content)"),
    (
      #"{"table":"memories","key":{"memory_id":"m"},"values":{"content":"x","n":123456789012345678901234567890}}"#, "memories.n: the number"
    ),
    (#"{"table":"memories","key":{"memory_id":"m"},"values":{"content":"x","n":1e999}}"#, "memories.n: the number"),
    (#"{"event":"memory.created"}"#, "the pipeline's body is no row operation"),
  ])
  func whatTheDatabaseRefusesIsAFailedAttempt(_ body: String, message: String) async throws {
    let fixture = try SQLiteFixture()
    let outcome = try await fixture.send(body)
    #expect(outcome.isFailure(.database, containing: message), "\(outcome)")
  }

  @Test func aKeyThatMeansSeveralRowsDeletesNone() async throws {
    let fixture = try SQLiteFixture()
    try fixture.run("INSERT INTO memories VALUES ('m1', 'x', NULL, 1), ('m2', 'x', NULL, 1)")
    let outcome = try await fixture.send(#"{"table":"memories","key":{"content":"x"},"delete":true}"#)
    #expect(outcome.isFailure(.database, containing: "the key means 2 rows, none was deleted"), "\(outcome)")
    #expect(try fixture.rows("SELECT count(*) FROM memories") == ["2"])
  }

  @Test func namesAndValuesAreNeverSQL() async throws {
    let fixture = try SQLiteFixture()
    let table = #"x"; DROP TABLE memories; --"#
    let column = #"a") VALUES (1); DROP TABLE memories; --"#
    try fixture.run(#"CREATE TABLE "x""; DROP TABLE memories; --" ("a"") VALUES (1); DROP TABLE memories; --" text PRIMARY KEY)"#)
    let body: JSONValue = ["table": .string(table), "key": .object([.init(column, "'); DROP TABLE memories; --")]), "values": [:]]
    #expect(try await fixture.send(String(decoding: body.bytes, as: UTF8.self)) == Self.done)
    #expect(try fixture.rows(#"SELECT * FROM "x""; DROP TABLE memories; --""#) == ["'); DROP TABLE memories; --"])
    #expect(try fixture.rows("SELECT count(*) FROM memories") == ["0"])
  }

  @Test func valuesKeepWhatTheyAre() async throws {
    let fixture = try SQLiteFixture(table: "CREATE TABLE t (k text PRIMARY KEY, v)")
    let values = [
      ("\"z\\u0000z\"", "text 3 7a007a"), ("\"šť🎉\"", "text 3 C5A1C5A5F09F8E89"), ("9223372036854775807", "integer 9223372036854775807"),
      ("-9223372036854775808", "integer -9223372036854775808"), ("1.5", "real 1.5"), ("true", "integer 1"), ("null", "null "),
      (#"["a",{"b":1}]"#, #"text ["a",{"b":1}]"#), ("\"\"", "text "),
    ]
    for (number, (json, _)) in values.enumerated() {
      #expect(try await fixture.send(#"{"table":"t","key":{"k":"\#(number)"},"values":{"v":\#(json)}}"#) == Self.done)
    }
    let types = try fixture.rows("SELECT typeof(v) FROM t ORDER BY CAST(k AS integer)")
    #expect(types == values.map { String($0.1.prefix { $0 != " " }) })
    #expect(try fixture.rows("SELECT hex(v) FROM t WHERE k = '0'") == ["7A007A"])
    #expect(try fixture.rows("SELECT hex(v) FROM t WHERE k = '1'") == ["C5A1C5A5F09F8E89"])
    #expect(try fixture.rows("SELECT v FROM t WHERE k IN ('2', '3', '4', '7') ORDER BY k").count == 4)
    #expect(try fixture.rows("SELECT v FROM t WHERE k = '2'") == ["9223372036854775807"])
    #expect(try fixture.rows("SELECT v FROM t WHERE k = '7'") == [#"["a",{"b":1}]"#])
  }
}
