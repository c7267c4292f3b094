import Foundation
import Synchronization
import TidehookCore
import TidehookScripting

/// A plugin folder in a temporary place, and a runtime with one thread.
final class PluginFixture: Sendable {
  let root: URL
  let runtime = LuaRuntime(threads: 1)
  let store = MemoryPluginStore()
  private let changes = Mutex<[String]>([])

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "tidehook-plugins-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  var folder: PluginFolder { PluginFolder(path: root.path) }

  func write(_ path: String, _ text: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Puts a file where the folder should be.
  func writeFolderAsFile() throws { try Data().write(to: root) }

  func remove(_ path: String) throws { try FileManager.default.removeItem(at: root.appending(path: path)) }

  /// Writes a stage plugin: `body` are more members of its table.
  func writePlugin(_ name: String, version: String = "1", _ body: String) throws {
    try write("\(name)/plugin.lua", Self.stage(name, version: version, body))
  }

  static func stage(_ name: String, version: String = "1", _ body: String) -> String {
    "return { name = '\(name)', version = '\(version)', summary = 'For tests.', kind = 'stage',\n\(body)\n}"
  }

  func load(_ name: String) async throws -> LoadedPlugin { try await LoadedPlugin.load(folder.files(of: name), with: runtime) }

  /// Why a plugin with this text does not load; `nil` when it does.
  func problem(_ text: String, name: String = "demo") async throws -> String? {
    try write("\(name)/plugin.lua", text)
    do {
      _ = try await load(name)
      return nil
    } catch let problem as PluginProblem {
      return problem.description
    }
  }

  /// A catalog of the folder alone, whose changes ``told`` gives.
  func live(shipped: PluginFolder? = nil, webhooks: @escaping @Sendable () -> [Webhook] = { [] }) -> LivePlugins {
    LivePlugins(
      folder: folder, shipped: shipped, runtime: runtime, store: store, webhooks: webhooks,
      report: { change in self.changes.withLock { $0.append(change.summary) } })
  }

  /// The changes since the last time it was asked.
  func told() -> [String] {
    changes.withLock { changes in
      defer { changes = [] }
      return changes
    }
  }
}

/// Keeps contents in memory; can be told to fail.
final class MemoryPluginStore: PluginStore {
  private struct State {
    var revisions: [PluginRevision] = []
    var isBroken = false
  }

  private let state = Mutex(State())

  func setBroken(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

  func record(plugin name: String, digest: String, content: [UInt8], at now: Timestamp) async throws(StoreError) -> Int {
    let revision: Int? = state.withLock { state in
      if state.isBroken { return nil }
      let mine = state.revisions.filter { $0.version.name == name }
      if let latest = mine.last, latest.digest == digest { return latest.version.revision }
      let version = PluginVersion(name: name, revision: mine.count + 1)
      state.revisions.append(PluginRevision(version: version, digest: digest, content: content, createdAt: now))
      return version.revision
    }
    guard let revision else { throw StoreError(.full, "no space") }
    return revision
  }

  func pluginRevision(_ version: PluginVersion) async throws(StoreError) -> PluginRevision? {
    state.withLock { $0.revisions.first { $0.version == version } }
  }

  func pluginRevisions(of name: String) async throws(StoreError) -> [PluginRevision] {
    state.withLock { $0.revisions.filter { $0.version.name == name }.reversed() }
  }
}

extension PluginChange {
  var summary: String {
    switch self {
    case .loaded(let plugin): "loaded \(plugin.version.name) \(plugin.version.revision)"
    case .refused(let name, let problem, let current): "refused \(name) [\(current?.revision ?? 0)]: \(problem)"
    case .recovered(let version): "recovered \(version.name) \(version.revision)"
    case .removed(let name): "removed \(name)"
    case .folderUnreadable: "folder unreadable"
    case .folderReadable: "folder readable"
    }
  }
}

/// A webhook and a delivery for pipelines.
enum Samples {
  static let now = Timestamp(microseconds: 1_767_225_600_000_000)

  static func webhook(_ pipeline: [PipelineStage], revision: Int = 1, number: Int64 = 1) throws -> Webhook {
    Webhook(
      id: WebhookID(TimeOrderedID(key: number, entropy: 0)), name: "ops", url: try DestinationURL(parsing: "https://example.com/"),
      events: [.everything], namespace: nil, pipeline: pipeline, secret: Secret("s"), revision: revision, createdAt: now, updatedAt: now)
  }

  static func delivery(_ data: String = "{}", pinned: PinnedVersions? = nil) -> DueDelivery {
    let key = TimeOrderedID(key: 1, entropy: 1)
    let payload = #"{"id":"evt_1","event":"memory.created","timestamp":"2026-01-01T00:00:00.000Z","data":\#(data)}"#
    let event = Event(
      key: key, id: EventID(stored: "evt_1"), type: EventType(stored: "memory.created"), namespace: .default, timestamp: now,
      acceptedAt: now, payload: Array(payload.utf8))
    return DueDelivery(id: DeliveryID(key), webhook: WebhookID(key), event: event, pinned: pinned)
  }
}

extension PipelineStage {
  static func plugin(_ name: String, _ options: JSONValue = [:]) -> PipelineStage { .plugin(PluginStage(name: name, options: options)) }
}

extension PipelineResult {
  var summary: String {
    switch verdict {
    case .send(let body, _): body.map { String(decoding: $0, as: UTF8.self) } ?? "untouched"
    case .dropped(let reason, _): "dropped: \(reason)"
    case .failed(let message): "failed: \(message)"
    }
  }
}
