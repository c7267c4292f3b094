// The plugins that a gateway runs: those of the plugin folder and those that come with it, always in their newest usable version.

import Synchronization
public import TidehookCore

/// The plugins in use.
///
/// Readers take a snapshot and keep it: what changes on disk meanwhile does not touch what they do.
public final class LivePlugins: PluginCatalog {
  let runtime: LuaRuntime
  /// Where plugins are looked for; the first that has one wins.
  let places: [PluginFolder]
  private let store: (any PluginStore)?
  private let snapshot = Mutex(PluginSnapshot.empty)
  private let publishedGeneration = Atomic<Int>(0)
  private let pinned = Mutex(RecentCache<PluginVersion, LoadedPlugin>(capacity: 64))
  private let watch: PluginWatch
  private let uses: @Sendable () -> [PluginUse]

  /// How long the watcher waits between two looks: a change takes two looks that agree, and must be in effect within a second.
  private static let lookInterval = Duration.milliseconds(250)

  /// Makes an empty catalog; ``load()`` fills it.
  /// - Parameters:
  ///   - folder: the plugin folder; it need not exist. A plugin in it wins over one of the same name that comes with Tidehook.
  ///   - shipped: the plugins that come with Tidehook; `nil` for none.
  ///   - store: keeps every content and counts them; without one, every revision is 0.
  ///   - webhooks: those of this moment, oldest first; content that one of them could not go on with is refused.
  ///   - sources: the same of sources.
  ///   - report: told of each change once, in order.
  public init(
    folder: PluginFolder?, shipped: PluginFolder? = .shipped, runtime: LuaRuntime, store: (any PluginStore)? = nil,
    time: any TimeSource = SystemTime(), webhooks: @escaping @Sendable () -> [Webhook] = { [] },
    sources: @escaping @Sendable () -> [Source] = { [] },
    report: @escaping @Sendable (PluginChange) -> Void = { _ in }
  ) {
    self.runtime = runtime
    places = [folder, shipped].compactMap(\.self)
    self.store = store
    let uses: @Sendable () -> [PluginUse] = { PluginUse.all(in: webhooks()) + PluginUse.all(in: sources()) }
    self.uses = uses
    let loader = PluginLoader(runtime: runtime, store: store, time: time, uses: uses)
    watch = PluginWatch(folder: folder, shipped: shipped, loader: loader, report: report)
  }

  /// Loads everything for the first time. What was usable when it was last stored, and is not now, goes on in the stored version.
  public func load() async { await publish(watch.load()) }

  /// Looks at the folder once. A change is taken by the second look that sees it.
  public func look() async { await publish(watch.look()) }

  /// Looks again and again, until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: Self.lookInterval)
      await look()
    }
  }

  /// The plugins of this moment.
  public var current: PluginSnapshot { snapshot.withLock { $0 } }

  /// Counts the snapshots; cheap to read.
  var generation: Int { publishedGeneration.load(ordering: .acquiring) }

  /// Every plugin that can be used, by name.
  public func plugins() -> [PluginInfo] { current.infos }

  /// What is wrong under the plugin folder, by plugin, and which plugins are missed by webhooks and sources.
  public func problems() -> [String: String] {
    let snapshot = current
    var problems = snapshot.problems.filter { !snapshot.removed.contains($0.key) }
    for use in uses() where snapshot.plugins[use.stage.name] == nil && problems[use.stage.name] == nil {
      problems[use.stage.name] = snapshot.problems[use.stage.name] ?? "not loaded; \(use.owner) names it"
    }
    return problems
  }

  /// A version that need not be the current one; the store has it.
  public func plugin(_ version: PluginVersion) async throws(PluginProblem) -> LoadedPlugin {
    if let plugin = current.plugins[version.name], plugin.version == version { return plugin }
    if let known = pinned.withLock({ $0[version] }) { return known }
    let revision: PluginRevision?
    do throws(StoreError) {
      revision = try await store?.pluginRevision(version)
    } catch {
      throw PluginProblem("plugin \(version.name), revision \(version.revision), cannot be read: \(error)")
    }
    guard let revision else { throw PluginProblem("plugin \(version.name) has no revision \(version.revision)") }
    let plugin = try await LoadedPlugin.load(try PluginFiles(revision), revision: version.revision, with: runtime)
    pinned.withLock { $0[version] = plugin }
    return plugin
  }

  private func publish(_ new: PluginSnapshot?) {
    guard let new else { return }
    snapshot.withLock { $0 = new }
    publishedGeneration.store(new.generation, ordering: .releasing)
  }
}
