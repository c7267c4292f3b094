import Testing
import TidehookCore

@Suite struct DatabaseURLTests {
  private func url(_ text: String) throws(DestinationURLError) -> DestinationURL { try DestinationURL(parsing: text, allowing: .all) }

  private func postgres(_ text: String) throws -> PostgresTarget {
    guard case .postgres(let target) = try url(text).database else { throw DatabaseURLTestError() }
    return target
  }

  private struct DatabaseURLTestError: Error {}

  @Test(arguments: ["mem.db", "a-b_C.2.sqlite", "x.sqlite3"])
  func aSQLiteFileIsNamed(_ file: String) throws {
    let url = try url("sqlite:\(file)")
    #expect(url.database == .sqlite(file: file))
    #expect(url.description == "sqlite:\(file)")
    #expect(url.host == file)
    #expect(try self.url(url.revealed) == url)
  }

  @Test(arguments: [
    "", "/etc/x.db", "../x.db", "..db", ".db", ".hidden.db", "-x.db", "a/b.db", "//host/x.db", "x.db?mode=rw", "x.db#y", "x%2fy.db",
    "x.db-wal",
    "x.txt", "x", "a.db/", "x.db\\", String(repeating: "x", count: 126) + ".db",
  ])
  func anyOtherFileIsRefused(_ file: String) {
    #expect(throws: DestinationURLError.self) { try url("sqlite:\(file)") }
  }

  @Test func aPostgreSQLURLIsSplit() throws {
    let text = "postgresql://app%40x:p%40ss%3A%2F%3F@DB.Example.com:6432/my%20db?sslmode=verify-full"
    let target = try postgres(text)
    #expect(target == PostgresTarget(user: "app@x", password: Secret("p@ss:/?"), database: "my db", tls: .verifyFull))
    let url = try url(text)
    #expect(url.host == "db.example.com" && url.port == 6432)
    #expect(url.description == "postgres://app%40x:***@db.example.com:6432/my%20db?sslmode=verify-full")
    #expect(try self.url(url.revealed) == url)
    #expect(url.revealed.contains("p%40ss"))
  }

  @Test(arguments: [
    ("postgres://u@h/d", "postgres://u@h/d"), ("postgres://u:@h/d", "postgres://u@h/d"),
    ("POSTGRES://u:p@h:5432/d", "postgres://u:***@h/d"),
    ("postgres://u:a:b@[::1]:5433/d?sslmode=prefer", "postgres://u:***@[::1]:5433/d"),
    ("postgres://u:a@b@127.1/d", "postgres://u:***@127.1/d"),
  ])
  func passwordsAreNeverShown(_ text: String, shown: String) throws {
    #expect(try url(text).description == shown)
    #expect(try "\(String(reflecting: url(text).database))".contains("a@b") == false)
  }

  @Test(arguments: [
    ("postgres:u:hunter2@h/d", "expected postgres://"), ("postgres://h/d", "expected postgres://"),
    ("postgres://u:hunter2@h", "expected postgres://"),
    ("postgres://u:hunter2@h/", "expected postgres://"), ("postgres://:hunter2@h/d", "expected postgres://"),
    ("postgres://u:hunter2@h/d/e", "expected postgres://"),
    ("postgres://u:hunter2@/d", "expected a host"), ("postgres://u:hunter2@%2Ftmp/d", "expected a host name"),
    ("postgres://u:hunter2@a,b/d", "expected one host"), ("postgres://u:hunter2@h:0/d", "expected a port"),
    ("postgres://u:hunter2/x@h/d", "expected postgres://"), ("postgres://u:hunter2%@h/d", "percent-encoded"),
    ("postgres://u:hunter2%00@h/d", "percent-encoded"), ("postgres://u:hunter2@h/d?sslmode=none", "expected sslmode to be one of disable"),
    ("postgres://u:hunter2@h/d?sslrootcert=/etc/passwd", "no parameter but sslmode"),
    ("postgres://u:hunter2@h/d?sslmode=disable&host=x", "expected sslmode"), ("postgres://u:hunter2@h/d#x", "expected postgres://"),
  ])
  func mistakesAreNamedWithoutThePassword(_ text: String, message: String) {
    let error = #expect(throws: DestinationURLError.self) { try url(text) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "none")")
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test(arguments: ["sqlite:x.db", "postgres://u:p@h/d", "postgresql://u@h/d"])
  func whereOnlyHTTPIsExpectedADatabaseIsAnotherScheme(_ text: String) {
    let error = #expect(throws: DestinationURLError.self) { try DestinationURL(parsing: text) }
    #expect(error?.description.hasPrefix("expected scheme http or https, got \"") == true)
  }

  @Test func theMarkKeepsThePasswordForTheSameDatabase() throws {
    let stored = try url("postgres://u:secret@h/d?sslmode=require")
    let kept = try url("postgres://u:***@h/d?sslmode=require").keepingPassword(of: stored)
    #expect(kept.revealed == "postgres://u:secret@h/d?sslmode=require")
    #expect(!kept.isMasked)
  }

  @Test(arguments: [
    "postgres://u:***@evil/d?sslmode=require", "postgres://u:***@h:5433/d?sslmode=require", "postgres://v:***@h/d?sslmode=require",
    "postgres://u:***@h/d", "postgres://u:***@h/other?sslmode=require",
  ])
  func nothingElseGetsThePassword(_ text: String) throws {
    let stored = try url("postgres://u:secret@h/d?sslmode=require")
    #expect(try url(text).keepingPassword(of: stored).isMasked)
    #expect(try url(text).keepingPassword(of: url("https://h/")).isMasked)
  }

  @Test func theEgressGuardJudgesTheServer() throws {
    #expect(EgressPolicy().verdict(forHost: try url("postgres://u@127.0.0.1/d")) == .blocked(reason: "loopback address 127.0.0.1"))
    #expect(EgressPolicy().verdict(forHost: try url("postgres://u@localhost/d")) == .blocked(reason: "loopback host name localhost"))
    #expect(EgressPolicy().verdict(forHost: try url("postgres://u@db.example.com/d")) == .allowed)
  }

  @Test func filesAreRefusedUntilAFolderIsChosen() throws {
    #expect(EgressPolicy().verdict(forHost: try url("sqlite:x.db")) == .blocked(reason: EgressPolicy.noFiles))
    let policy = EgressPolicy { $0 == "x.db" ? nil : "no" }
    #expect(policy.verdict(forHost: try url("sqlite:x.db")) == .allowed)
    #expect(policy.verdict(forHost: try url("sqlite:y.db")) == .blocked(reason: "no"))
  }
}
