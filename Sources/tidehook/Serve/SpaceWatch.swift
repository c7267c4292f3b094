// Looks at the space that is left for the data folder, every few seconds: nothing tells when it gets low.

import Glibc
import Logging
import Synchronization
import TidehookCore

/// Watches a folder's disk.
final class SpaceWatch: SpaceReading {
  private let folder: String
  private let operations: any OperationalEvents
  private let logger: Logger
  private let shortage = Mutex<SpaceShortage?>(nil)

  init(folder: String, operations: any OperationalEvents, logger: Logger) {
    self.folder = folder
    self.operations = operations
    self.logger = logger
  }

  /// The shortage that was found last.
  func spaceShortage() -> SpaceShortage? { shortage.withLock { $0 } }

  private static let pause = Duration.seconds(5)

  /// Looks until the task is cancelled.
  func run() async {
    var gauge = SpaceGauge()
    repeat {
      guard let space = DiskSpace(of: folder) else { continue }
      let event = gauge.note(space, at: .systemNow())
      let since = gauge.lowSince
      shortage.withLock { $0 = since.map { SpaceShortage(space: space, since: $0) } }
      guard let event else { continue }
      if event.type.name == "store.low_space" {
        logger.warning("the disk of the data folder has little space left", metadata: ["free_bytes": "\(space.freeBytes)"])
      } else {
        logger.notice("the disk of the data folder has space again", metadata: ["free_bytes": "\(space.freeBytes)"])
      }
      operations.note(event)
    } while (try? await Task.sleep(for: Self.pause)) != nil
  }
}

extension DiskSpace {
  /// The space of the disk that a folder is on; `nil` when that cannot be told.
  init?(of folder: String) {
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0, facts.f_blocks > 0 else { return nil }
    let size = Int64(clamping: facts.f_frsize)
    self.init(
      freeBytes: Int64(clamping: facts.f_bavail).multipliedReportingOverflow(by: size).partialValue,
      totalBytes: Int64(clamping: facts.f_blocks).multipliedReportingOverflow(by: size).partialValue)
  }
}
