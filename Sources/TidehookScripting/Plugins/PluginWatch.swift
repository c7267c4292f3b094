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
  /// What was refused for a reason that may pass: every look tries it again.
  private var passing: Set<String> = []
  /// What ran until its folder was removed.
  private var removed: Set<String> = []
  private var folderProblem: String?
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
    seen = signatures() ?? [:]
    let own = pluginNames(in: seen)
    for name in shippedNames where !own.contains(name) { await takeShipped(name, isStart: true) }
    for name in own {
      await take(name, seen, isStart: true)
      await standIn(for: name)
    }
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
    for name in passing.union(pluginNames(in: now)).union(taken.keys).sorted() {
      let signature = Self.signature(of: name, in: now)
      guard signature != taken[name] || passing.contains(name), signature == Self.signature(of: name, in: before) else { continue }
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
    guard files.digest != plugins[name]?.files.digest else { return recover(name) }
    await use(files, isStart: isStart)
  }

  /// Gives a plugin whose content on disk is not in use the version that ran last, else the one that comes with Tidehook.
  private func standIn(for name: String) async {
    guard plugins[name] == nil else { return }
    plugins[name] = await loader.lastStored(name)
    guard plugins[name] == nil, let files = try? shipped?.files(of: name) else { return }
    plugins[name] = try? await loader.load(files, replacing: nil)
  }

  private func use(_ files: PluginFiles, isStart: Bool) async {
    do throws(PluginLoader.Refusal) {
      let plugin = try await loader.load(files, replacing: plugins[files.name])
      plugins[files.name] = plugin
      problems[files.name] = nil
      passing.remove(files.name)
      removed.remove(files.name)
      isChanged = true
      if !isStart { report(.loaded(plugin)) }
    } catch {
      await refuse(files.name, error.problem, isPassing: error.isPassing)
    }
  }

  private func refuse(_ name: String, _ problem: PluginProblem, isPassing: Bool = false) async {
    if isPassing { passing.insert(name) } else { passing.remove(name) }
    guard problems[name] != problem.description else { return }
    await standIn(for: name)
    removed.remove(name)
    problems[name] = problem.description
    isChanged = true
    report(.refused(name: name, problem: problem.description, current: plugins[name]?.version))
  }

  private func recover(_ name: String) {
    passing.remove(name)
    guard let plugin = plugins[name], problems.removeValue(forKey: name) != nil else { return }
    isChanged = true
    report(.recovered(plugin.version))
  }

  private func remove(_ name: String) async {
    taken[name] = nil
    if shippedNames.contains(name) { return await takeShipped(name, isStart: false) }
    passing.remove(name)
    // What never ran leaves nothing behind.
    let ran = plugins.removeValue(forKey: name) != nil
    problems[name] = ran ? "its folder is gone" : nil
    if ran { removed.insert(name) }
    isChanged = true
    report(.removed(name: name))
  }

  private func snapshot() -> PluginSnapshot? {
    guard isChanged else { return nil }
    isChanged = false
    generation += 1
    return PluginSnapshot(generation: generation, plugins: plugins, problems: problems, removed: removed)
  }

  /// What the folder holds now; `nil` when it cannot be read: everything stays as it is.
  private func signatures() -> [String: FolderSignature]? {
    guard let folder else { return [:] }
    do throws(PluginProblem) {
      let found = try folder.signatures()
      if folderProblem != nil { report(.folderReadable(path: folder.path)) }
      folderProblem = nil
      return found
    } catch {
      guard folderProblem != error.description else { return nil }
      folderProblem = error.description
      report(.folderUnreadable(path: folder.path, problem: error.description))
      return nil
    }
  }

  private var shippedNames: [String] { (try? shipped?.names()) ?? [] }

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
