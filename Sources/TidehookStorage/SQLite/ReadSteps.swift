// Counts what reads cost SQLite, whatever the machine: a figure that a test can rely on, and a monitoring system can watch.

import GRDBSQLite
import Synchronization

/// The steps of SQLite's machine on reading connections: some ten for each row that is looked at.
final class ReadSteps: Sendable {
  /// How many steps are counted at once; what is left of a statement counts with its next use.
  private static let interval = 1000

  private let thousands = Atomic<Int>(0)

  /// How many there were since the start.
  var count: Int { thousands.load(ordering: .relaxed) * Self.interval }

  /// Counts those of a connection, which must not outlive this object.
  func attach(_ connection: OpaquePointer?) {
    let own = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      connection, CInt(Self.interval),
      { pointer in
        guard let pointer else { return 0 }
        Unmanaged<ReadSteps>.fromOpaque(pointer).takeUnretainedValue().thousands.add(1, ordering: .relaxed)
        return 0
      }, own)
  }
}
