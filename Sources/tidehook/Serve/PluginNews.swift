// Tells people what happens to the plugins: a record in the log, and an operational event.

import Logging
import TidehookCore
import TidehookScripting

/// Passes the changes of the plugins on.
struct PluginNews: Sendable {
  let logger: Logger
  let operations: any OperationalEvents

  /// Takes a change.
  func note(_ change: PluginChange) {
    switch change {
    case .loaded(let plugin):
      logger.info("plugin loaded", metadata: Self.metadata(plugin.version))
    case .recovered(let version):
      logger.info("plugin as before again", metadata: Self.metadata(version))
    case .refused(let name, let problem, let current):
      let goingOn = current.map { "\($0.revision)" } ?? "none"
      logger.warning("plugin refused", metadata: ["plugin": "\(name)", "plugin.revision": "\(goingOn)", "error": "\(problem)"])
    case .removed(let name):
      logger.warning("plugin removed", metadata: ["plugin": "\(name)"])
    case .folderUnreadable(let path, let problem):
      logger.warning("plugin folder cannot be read", metadata: ["folder": "\(path)", "error": "\(problem)"])
    case .folderReadable(let path):
      logger.notice("plugin folder can be read again", metadata: ["folder": "\(path)"])
    }
    if let event = change.event { operations.note(event) }
  }

  private static func metadata(_ version: PluginVersion) -> Logger.Metadata {
    ["plugin": "\(version.name)", "plugin.revision": "\(version.revision)"]
  }
}

extension PluginChange {
  /// The operational event; `nil` for what concerns the operator of this process only.
  fileprivate var event: OperationalEvent? {
    switch self {
    case .loaded(let plugin): OperationalEvent("plugin.loaded", Self.data(plugin.version))
    case .recovered(let version): OperationalEvent("plugin.loaded", Self.data(version))
    case .refused(let name, let problem, let current):
      OperationalEvent(
        "plugin.rejected",
        ["plugin": .string(name), "revision": current.map { .integer(Int64($0.revision)) } ?? .null, "problem": .string(problem)])
    case .removed(let name): OperationalEvent("plugin.removed", ["plugin": .string(name)])
    case .folderUnreadable, .folderReadable: nil
    }
  }

  private static func data(_ version: PluginVersion) -> JSONValue {
    ["plugin": .string(version.name), "revision": .integer(Int64(version.revision))]
  }
}
