// How SQLite would run what a store asks of it.

import TidehookCore
import TidehookStorage
import TidehookTesting

extension StoreFixture {
  /// The steps of the statements that `body` has a store run, of those that look for rows.
  func plans(_ body: (SQLStore) async throws -> Void) async throws -> [String] {
    let faults = Faults()
    let store = try open(faults)
    let earlier = faults.statements.count
    try await body(store)
    let statements = Set(faults.statements.dropFirst(earlier)).filter { $0.hasPrefix("SELECT") || $0.hasPrefix("DELETE") }
    try await store.close()
    let database = try SQLiteDatabase(path: folder + "/tidehook.db", durability: .normal)
    defer { try? database.close() }
    return try database.withWriter { connection in
      var steps: [String] = []
      for statement in statements {
        let parameters = (1...30).last { statement.contains("$\($0)") } ?? 0
        let values = [SQLValue](repeating: .null, count: parameters)
        try connection.query(SQLStatement("EXPLAIN QUERY PLAN " + statement), values) { row in
          // What a window numbers, the attempts of one batch, was found through an index itself.
          let isNumbered = statement.contains("ROW_NUMBER()") && row.text(3).hasPrefix("SCAN (subquery")
          if !isNumbered { steps.append(row.text(3)) }
          return true
        }
      }
      return steps
    }
  }
}
