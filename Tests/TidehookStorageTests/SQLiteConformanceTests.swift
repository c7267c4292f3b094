// SQLite keeps every rule of the conformance suite.

import Testing
import TidehookStorage
import TidehookTesting

@Suite struct SQLiteConformanceTests {
  @Test(arguments: StoreConformance.rules)
  func sqliteKeeps(_ rule: StoreRule) async throws {
    let fixture = StoreFixture()
    try await rule.check(StoreUnderTest(store: fixture.open(), restart: { try fixture.openAfterKill() }))
  }
}
