// What a gateway shows of itself: the console, and the facts of `/v1/about`.

import Glibc
import TidehookAPI
import TidehookConsole
import TidehookCore
import TidehookScripting
import TidehookStorage

extension Gateway {
  /// The console; `nil` when the settings want none. Who works on its files names their folder in TIDEHOOK_CONSOLE_ASSETS.
  func console(_ sessions: SessionBook) -> ConsoleServices? {
    guard settings.console != nil else { return nil }
    let site = Console(folder: Environment["TIDEHOOK_CONSOLE_ASSETS"])
    return ConsoleServices(site: site, sessions: sessions, version: Tidehook.version)
  }

  /// The facts.
  func about(startedAt: Timestamp) -> About {
    let path = SQLStore.databasePath(in: settings.dataFolder)
    let folder = settings.dataFolder
    let limits = ScriptLimits()
    return About(
      version: Tidehook.version, startedAt: startedAt,
      store: About.Store(
        kind: "sqlite", schemaVersion: SQLStore.schemaVersion, path: path, size: { Self.fileSize(path) },
        free: { DiskSpace(of: folder)?.freeBytes }), rateLimit: settings.rateLimit,
      scriptLimits: [
        "cpu_ms": .integer(limits.cpuTime.microseconds / 1000), "instructions": .integer(Int64(clamping: limits.instructions)),
        "memory_bytes": .integer(Int64(limits.memoryBytes)), "output_bytes": .integer(Int64(limits.outputBytes)),
        "source_bytes": .integer(Int64(limits.sourceBytes)),
      ],
      settings: [
        "durability": .string(settings.durability.rawValue), "drain_timeout_secs": .integer(settings.drainTimeout.components.seconds),
        "verify_ownership": .bool(settings.verifiesOwnership), "console": .bool(settings.console != nil),
      ], retention: settings.retention, pluginsFolder: settings.pluginsFolder)
  }

  /// The database and its log.
  private static func fileSize(_ path: String) -> Int64? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    let size = Int64(facts.st_size)
    return stat(path + "-wal", &facts) == 0 ? size + Int64(facts.st_size) : size
  }
}
