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
}
