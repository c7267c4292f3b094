// Tells people what happens to the plugins: a record in the log at once, and an operational event.

import Logging
import TidehookCore
import TidehookScripting

/// Passes the changes of the plugins on. Events wait for the publisher, which is made later than the plugins.
struct PluginNews: Sendable {
  private let logger: Logger
  private let requests: AsyncStream<PublishRequest>
  private let waiting: AsyncStream<PublishRequest>.Continuation

  /// More changes than this at once are in the log only.
  private static let maximumWaiting = 1000

  init(logger: Logger) {
    self.logger = logger
    (requests, waiting) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumWaiting))
  }

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
    guard let type = change.eventType else { return }
    waiting.yield(PublishRequest(type: type, namespace: .operational, data: change.eventData.bytes))
  }

  /// Publishes what was noted, until the task is cancelled.
  func publish(to publisher: any EventPublisher) async {
    for await request in requests {
      do throws(StoreError) {
        _ = try await publisher.publish([request])
      } catch {
        logger.warning("operational event not published", metadata: ["event": "\(request.type)", "error": "\(error)"])
      }
    }
  }

  private static func metadata(_ version: PluginVersion) -> Logger.Metadata {
    ["plugin": "\(version.name)", "plugin.revision": "\(version.revision)"]
  }
}

extension PluginChange {
  /// The event's type; `nil` for what concerns the operator of this process only.
  fileprivate var eventType: EventType? {
    switch self {
    case .loaded, .recovered: EventType(stored: "plugin.loaded")
    case .refused: EventType(stored: "plugin.refused")
    case .removed: EventType(stored: "plugin.removed")
    case .folderUnreadable, .folderReadable: nil
    }
  }

  /// `data` of the event.
  fileprivate var eventData: JSONValue {
    switch self {
    case .loaded(let plugin): Self.data(plugin.version)
    case .recovered(let version): Self.data(version)
    case .refused(let name, let problem, let current):
      ["plugin": .string(name), "revision": current.map { .integer(Int64($0.revision)) } ?? .null, "problem": .string(problem)]
    case .removed(let name): ["plugin": .string(name)]
    case .folderUnreadable, .folderReadable: .null
    }
  }

  private static func data(_ version: PluginVersion) -> JSONValue {
    ["plugin": .string(version.name), "revision": .integer(Int64(version.revision))]
  }
}
