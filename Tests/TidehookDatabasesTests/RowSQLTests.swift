import Testing
import TidehookDatabases

@Suite struct RowSQLTests {
  @Test func namesAreQuotedWhateverIsInThem() {
    #expect(RowSQL.quoted(#"a"; DROP TABLE x; --"#) == #""a""; DROP TABLE x; --""#)
  }

  @Test func anUpsertChangesTheValuesOnly() {
    let sql = RowSQL.upsert("t", key: ["a", "b"], values: ["c"])
    #expect(sql == #"INSERT INTO "t" ("a", "b", "c") VALUES ($1, $2, $3) ON CONFLICT ("a", "b") DO UPDATE SET "c" = excluded."c""#)
    #expect(RowSQL.upsert("t", key: ["a"], values: []).hasSuffix(#"ON CONFLICT ("a") DO NOTHING"#))
  }

  @Test func aDeleteComparesColumnsAndNeverTexts() {
    #expect(RowSQL.delete("t", key: ["a", "b"]) == #"DELETE FROM "t" WHERE "t"."a" = $1 AND "t"."b" = $2"#)
  }

  @Test func aTableHasItsKeyAsPrimaryKey() {
    let sql = RowSQL.makeTable("t", columns: [("a", "text"), ("b", "real")], key: ["a"])
    #expect(sql == #"CREATE TABLE IF NOT EXISTS "t" ("a" text NOT NULL, "b" real, PRIMARY KEY ("a"))"#)
  }
}
