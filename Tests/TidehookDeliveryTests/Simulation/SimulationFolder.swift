import Glibc
import Logging
import TidehookCore
import TidehookStorage
import TidehookTesting

/// The data folder of one simulation, removed with it.
final class SimulationFolder: Sendable {
  private let path: String

  init(seed: UInt64) {
    path = "/tmp/tidehook-simulation-\(getpid())-\(seed)"
  }

  deinit {
    for name in ["tidehook.db", "tidehook.db-wal", "tidehook.db-shm", "tidehook.lock"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func open(_ clock: TestClock, _ ids: IDGenerator) throws -> SQLStore {
    try SQLStore.open(
      folder: path, durability: .normal, ids: ids, time: clock, logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
  }

  /// How many have the turn of one order at most, of those that one has at all.
  func mostTurns() throws -> Int64 {
    let database = try SQLiteDatabase(path: "\(path)/tidehook.db", durability: .normal)
    defer { try? database.close() }
    let query = SQLStatement(
      """
      SELECT COUNT(*) FROM deliveries WHERE order_key IS NOT NULL AND due_at_us < \(1 << 61)
      GROUP BY webhook_key, order_key ORDER BY 1 DESC LIMIT 1
      """)
    return try database.withWriter { try $0.first(query, []) { $0.integer(0) } } ?? 0
  }
}
