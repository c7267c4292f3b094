// Notices what changes under the plugin folder and decides which versions are in use.

import TidehookCore

/// The state of the watcher. An actor, because loading takes time; its callers look one after the other.
actor PluginWatch {
  private let folder: PluginFolder?
  private let shipped: PluginFolder?
  private let loader: PluginLoader
  private let report: @Sendable (PluginChange) -> Void

  /// What the last look saw, by folder.
  private var seen: [String: FolderSignature] = [:]
  /// What each plugin was last read from: its own folder and the shared one.
  private var taken: [String: [FolderSignature]] = [:]
  private var plugins: [String: LoadedPlugin] = [:]
  private var problems: [String: String] = [:]
  private var generation = 0
  private var isChanged = false
  private var isBusy = false

  init(folder: PluginFolder?, shipped: PluginFolder?, loader: PluginLoader, report: @escaping @Sendable (PluginChange) -> Void) {
    self.folder = folder
    self.shipped = shipped
    self.loader = loader
    self.report = report
  }

  /// Loads all that there is, without waiting for a second look.
  func load() async -> PluginSnapshot? {
    for name in (try? shipped?.names()) ?? [] { await takeShipped(name, isStart: true) }
    seen = signatures() ?? [:]
    for name in pluginNames(in: seen) { await take(name, seen, isStart: true) }
    isChanged = true
    return snapshot()
  }

  /// Takes what changed since it was taken and did not change since the last look.
  /// - Returns: the new state; `nil` when nothing changed.
  func look() async -> PluginSnapshot? {
    guard !isBusy, let now = signatures() else { return snapshot() }
    isBusy = true
    defer { isBusy = false }
    let before = seen
    seen = now
    for name in Set(pluginNames(in: now)).union(taken.keys).sorted() {
      let signature = Self.signature(of: name, in: now)
      guard signature != taken[name], signature == Self.signature(of: name, in: before) else { continue }
      if now[name]?.isPlugin ?? false { await take(name, now, isStart: false) } else { await remove(name) }
    }
    return snapshot()
  }

  private func take(_ name: String, _ now: [String: FolderSignature], isStart: Bool) async {
    guard let folder else { return }
    let signature = Self.signature(of: name, in: now)
    let files: PluginFiles
    do throws(PluginProblem) {
      files = try folder.files(of: name)
    } catch {
      guard isUnchanged(name, signature) else { return }
      taken[name] = signature
      return await refuse(name, error)
    }
    // What was written while it was read is read again.
    guard isUnchanged(name, signature) else { return }
    taken[name] = signature
    guard files.digest != plugins[name]?.files.digest else { return recover(name) }
    await use(files, isStart: isStart)
  }

  private func takeShipped(_ name: String, isStart: Bool) async {
    guard let files = try? shipped?.files(of: name) else { return }
    await use(files, isStart: isStart)
  }

  private func use(_ files: PluginFiles, isStart: Bool) async {
    do throws(PluginLoader.Refusal) {
      let plugin = try await loader.load(files)
      plugins[files.name] = plugin
      problems[files.name] = nil
      isChanged = true
      if !isStart { report(.loaded(plugin)) }
    } catch {
      // The next look tries again.
      if error.isPassing { taken[files.name] = nil }
      await refuse(files.name, error.problem)
    }
  }

  private func refuse(_ name: String, _ problem: PluginProblem) async {
    guard problems[name] != problem.description else { return }
    if plugins[name] == nil { plugins[name] = await loader.lastStored(name) }
    problems[name] = problem.description
    isChanged = true
    report(.refused(name: name, problem: problem.description, current: plugins[name]?.version))
  }

  private func recover(_ name: String) {
    guard let plugin = plugins[name], problems.removeValue(forKey: name) != nil else { return }
    isChanged = true
    report(.recovered(plugin.version))
  }

  private func remove(_ name: String) async {
    taken[name] = nil
    if (try? shipped?.names())?.contains(name) ?? false { return await takeShipped(name, isStart: false) }
    plugins[name] = nil
    problems[name] = "its folder is gone"
    isChanged = true
    report(.removed(name: name))
  }

  private func snapshot() -> PluginSnapshot? {
    guard isChanged else { return nil }
    isChanged = false
    generation += 1
    return PluginSnapshot(generation: generation, plugins: plugins, problems: problems)
  }

  /// What the folder holds now; `nil` when it cannot be read: everything stays as it is, and the folder has a problem.
  private func signatures() -> [String: FolderSignature]? {
    guard let folder else { return [:] }
    do throws(PluginProblem) {
      let found = try folder.signatures()
      if problems.removeValue(forKey: folder.path) != nil { isChanged = true }
      return found
    } catch {
      guard problems[folder.path] != error.description else { return nil }
      problems[folder.path] = error.description
      isChanged = true
      report(.refused(name: folder.path, problem: error.description, current: nil))
      return nil
    }
  }

  private func isUnchanged(_ name: String, _ signature: [FolderSignature]) -> Bool {
    guard let now = try? folder?.signatures() else { return false }
    return Self.signature(of: name, in: now) == signature
  }

  private func pluginNames(in folders: [String: FolderSignature]) -> [String] {
    folders.filter { $0.value.isPlugin }.keys.sorted()
  }

  private static func signature(of name: String, in folders: [String: FolderSignature]) -> [FolderSignature] {
    [folders[name], folders[PluginName.sharedFolder]].compactMap { $0 }
  }
}
