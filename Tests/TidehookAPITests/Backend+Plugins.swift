// What the doubles know of plugins, revisions and dry runs.

import Synchronization
import TidehookCore

extension PluginInfo {
  /// A plugin `chat` with an option `channel` and a secret option `token`.
  static func chat(revision: Int = 3, problem: String? = nil) -> PluginInfo {
    PluginInfo(
      version: PluginVersion(name: "chat", revision: revision),
      manifest: [
        "name": "chat", "version": "1.2.0", "summary": "Chats.", "kind": "stage",
        "options": ["channel": ["type": "string"], "token": ["type": "string", "secret": true]], "defaults": ["rate_limit": "1/s"],
        "functions": ["transform"],
      ], problem: problem)
  }
}

extension Backend: PipelineChecker {
  /// Knows the plugins `chat` and `mem0`, and those in its catalog; refuses scripts that say "syntax error".
  func check(_ pipeline: [PipelineStage]) async throws(PipelineError) {
    for (index, stage) in pipeline.enumerated() {
      switch stage {
      case .script(let source, _):
        if source.contains("syntax error") { throw PipelineError(stage: index, message: "line 3: unexpected symbol") }
      case .plugin(let plugin):
        guard ["chat", "mem0"].contains(plugin.name) || plugins().contains(where: { $0.version.name == plugin.name }) else {
          throw PipelineError(stage: index, member: "plugin", message: "there is no plugin \"\(plugin.name)\"")
        }
        for option in plugin.options.members ?? [] { try Self.check(option, at: index) }
      }
    }
  }

  private static func check(_ option: JSONValue.Member, at index: Int) throws(PipelineError) {
    guard ["channel", "token"].contains(option.key) else {
      throw PipelineError(stage: index, member: "options.\(option.key)", message: "unknown option")
    }
    guard option.value.stringValue != nil else {
      let value = String(decoding: option.value.bytes, as: UTF8.self)
      throw PipelineError(stage: index, member: "options.\(option.key)", message: "expected a string, got \(value)")
    }
  }
}

extension Backend: WebhookRevisions {
  func revisions(of id: WebhookID, before: Int?, limit: Int) async throws(StoreError) -> [WebhookRevision] {
    try check()
    let all = state.withLock { $0.revisions.filter { $0.webhook.id == id && $0.webhook.revision < before ?? .max } }
    return Array(all.sorted { $0.webhook.revision > $1.webhook.revision }.prefix(limit))
  }

  func revision(_ number: Int, of id: WebhookID) async throws(StoreError) -> WebhookRevision? {
    try check()
    return state.withLock { $0.revisions.first { $0.webhook.id == id && $0.webhook.revision == number } }
  }
}

extension Backend: WebhookMakers {
  func makers(of ids: [WebhookID]) async throws(StoreError) -> [WebhookID: String] {
    let first = state.withLock { $0.revisions.filter { $0.webhook.revision == 1 && ids.contains($0.webhook.id) } }
    return Dictionary(first.map { ($0.webhook.id, $0.madeBy) }) { one, _ in one }
  }
}

extension Backend: KeyStore {
  func insert(_ key: StoredKey) async throws(StoreError) {
    try check()
    state.withLock { $0.keys.append(key) }
  }

  func keys() async throws(StoreError) -> [StoredKey] { state.withLock { $0.keys } }

  func delete(_ id: KeyID) async throws(StoreError) {
    try check()
    state.withLock { state in state.keys.removeAll { $0.key.id == id } }
  }
}

extension Backend: PluginCatalog {
  func plugins() -> [PluginInfo] { state.withLock { $0.plugins.isEmpty ? [.chat()] : $0.plugins } }

  func problems() -> [String: String] { state.withLock { $0.problems } }
}

extension Backend: PluginDocuments {
  func readme(of name: String) -> String? { name == "chat" ? "# chat" : nil }

  func casesReport(of name: String) async -> JSONValue? {
    name == "chat" ? ["name": .string(name), "problem": .null, "cases": .array([])] : nil
  }
}

extension Backend: PluginStore {
  func record(plugin name: String, digest: String, content: [UInt8], at now: Timestamp) async throws(StoreError) -> Int { 1 }

  func pluginRevision(_ version: PluginVersion) async throws(StoreError) -> PluginRevision? {
    state.withLock { $0.pluginRevisions.first { $0.version == version } }
  }

  func pluginRevisions(of name: String) async throws(StoreError) -> [PluginRevision] {
    state.withLock { $0.pluginRevisions.filter { $0.version.name == name }.sorted { $0.version.revision > $1.version.revision } }
  }
}

extension Backend: DryRunning {
  func dryRun(_ webhook: Webhook, event: Event) async -> DryRun {
    let run = state.withLock { state in
      state.dryRuns.append((webhook, event))
      return state.dryRun
    }
    return await run(webhook, event)
  }
}
