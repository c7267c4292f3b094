// Fresh data folders, stores over them, and a driver that fails on command.

import Glibc
import Logging
import Synchronization
import TidehookCore
import TidehookStorage
import TidehookTesting

/// A data folder of its own for one test, removed with it.
final class StoreFixture: Sendable {
  let folder: String
  let ids = IDGenerator(time: SystemTime(), random: SystemRandom())
  let logs = RecordedLog()
  private let copies = Mutex<[String]>([])

  init() {
    folder = "/tmp/tidehook-storage-test-\(IDGenerator(time: SystemTime(), random: SystemRandom()).next().text)"
  }

  deinit {
    for folder in copies.withLock({ $0 }) + [folder] { Self.remove(folder) }
  }

  var logger: Logger { Logger(label: "test") { [logs] _ in logs } }

  func open(_ path: String? = nil, durability: Durability = .normal) throws(StoreError) -> SQLStore {
    try SQLStore.open(folder: path ?? folder, durability: durability, ids: ids, logger: logger)
  }

  /// A store whose driver obeys `faults`.
  func open(_ faults: Faults, migrator: Migrator = Migrator()) throws -> SQLStore {
    _ = mkdir(folder, 0o700)
    let database = FaultyDatabase(try SQLiteDatabase(path: folder + "/tidehook.db", durability: .normal), faults)
    return try SQLStore(database, node: ids.next().key, time: SystemTime(), logger: logger, migrator: migrator)
  }

  /// Opens what a process would find after the one that holds the folder was killed now: the same bytes, and no lock.
  func openAfterKill() throws -> SQLStore {
    let copy = copies.withLock { copies in
      copies.append("\(folder)-\(copies.count)")
      return "\(folder)-\(copies.count - 1)"
    }
    _ = mkdir(copy, 0o700)
    let source = copies.withLock { $0.count > 1 ? $0[$0.count - 2] : folder }
    for name in ["tidehook.db", "tidehook.db-wal"] { try Self.copy("\(source)/\(name)", "\(copy)/\(name)") }
    return try open(copy)
  }

  private static func copy(_ from: String, _ to: String) throws {
    let (source, target) = (fopen(from, "r"), fopen(to, "w"))
    guard let source, let target else { throw StoreError(.failed, "cannot copy \(from)") }
    defer {
      fclose(source)
      fclose(target)
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while case let count = fread(&buffer, 1, buffer.count, source), count > 0 { fwrite(buffer, 1, count, target) }
  }

  private static func remove(_ folder: String) {
    for name in ["tidehook.db", "tidehook.db-wal", "tidehook.db-shm", "tidehook.lock"] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}
