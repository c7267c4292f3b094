// Finds what each stage of a webhook runs, and remembers it.

import Synchronization
import TidehookCore

/// Resolved pipelines, so that an attempt only looks them up and each worker compiles a script once.
final class PipelineResolver: Sendable {
  /// What a pipeline was resolved for besides deliveries with current versions.
  private struct SideKey: Hashable {
    let webhook: WebhookID
    let pinned: PinnedVersions?
  }

  /// More webhooks with pipelines than this share the places; one that lost its place is only resolved and compiled again.
  private static let capacity = 4096
  /// For dry runs and replays of earlier versions.
  private static let sideCapacity = 64

  private let runtime: LuaRuntime
  private let plugins: LivePlugins?
  private let pipelines = Mutex(RecentCache<WebhookID, ResolvedPipeline>(capacity: capacity))
  private let sidePipelines = Mutex(RecentCache<SideKey, ResolvedPipeline>(capacity: sideCapacity))

  init(runtime: LuaRuntime, plugins: LivePlugins?) {
    self.runtime = runtime
    self.plugins = plugins
  }

  /// What is known already; `nil` means ``resolve(_:for:)``.
  func current(_ webhook: Webhook, for delivery: DueDelivery) -> ResolvedPipeline? {
    guard delivery.pinned == nil, let known = pipelines.withLock({ $0[webhook.id] }), isCurrent(known, for: webhook) else { return nil }
    return known
  }

  /// Resolves a webhook's pipeline for an attempt.
  func resolve(_ webhook: Webhook, for delivery: DueDelivery) async -> ResolvedPipeline {
    if delivery.pinned != nil { return await resolveForTrace(webhook, for: delivery) }
    let earlier = pipelines.withLock { $0[webhook.id] }
    let made = await resolve(webhook, pinned: nil, earlier: earlier)
    return pipelines.withLock { pipelines in
      // Two attempts may resolve at the same time; both should run the sources that the workers have compiled.
      if let known = pipelines[webhook.id], isCurrent(known, for: webhook) { return known }
      pipelines[webhook.id] = made
      return made
    }
  }

  /// The same, apart from what deliveries run: a dry run may change a webhook's pipeline without storing it.
  func resolveForTrace(_ webhook: Webhook, for delivery: DueDelivery) async -> ResolvedPipeline {
    let key = SideKey(webhook: webhook.id, pinned: delivery.pinned)
    let earlier = sidePipelines.withLock { $0[key] }
    if let earlier, isCurrent(earlier, for: webhook) { return earlier }
    let made = await resolve(webhook, pinned: delivery.pinned, earlier: earlier)
    sidePipelines.withLock { $0[key] = made }
    return made
  }

  private func isCurrent(_ pipeline: ResolvedPipeline, for webhook: Webhook) -> Bool {
    pipeline.isCurrent(for: webhook, generation: plugins?.generation ?? 0)
  }

  private func resolve(_ webhook: Webhook, pinned: PinnedVersions?, earlier: ResolvedPipeline?) async -> ResolvedPipeline {
    let snapshot = plugins?.current ?? .empty
    let kept = earlier?.pipeline == webhook.pipeline ? earlier?.stages : nil
    let identity = Self.identity(of: webhook)
    var stages: [ResolvedStage] = []
    for (index, stage) in webhook.pipeline.enumerated() {
      switch stage {
      case .script(let text, _):
        let name = PipelineStage.scriptName(at: index, of: webhook.pipeline.count)
        stages.append(Self.stage(name, running: text, kept?[index].code, webhook: identity))
      case .plugin(let plugin):
        stages.append(await self.stage(plugin, in: snapshot, pinned: pinned, webhook: identity))
      }
    }
    // What names plugins depends on the snapshot; what runs pinned versions only while those are not all known.
    let usesSnapshot = webhook.pipeline.contains { if case .plugin = $0 { true } else { false } }
    return ResolvedPipeline(webhook, stages: stages, generation: usesSnapshot ? snapshot.generation : nil)
  }

  private static func stage(_ name: String, running text: String, _ earlier: ResolvedStage.Code?, webhook: [UInt8]) -> ResolvedStage {
    var code = ResolvedStage.Code.script(ScriptSource(name: name, source: text))
    if case .script(let source)? = earlier { code = .script(source) }
    return ResolvedStage(
      name: name, code: code, plugin: nil, canJudge: text.utf8.contains("response".utf8), options: Array("{}".utf8), webhook: webhook,
      canFilter: text.utf8.contains("filter".utf8), canBatch: text.utf8.contains("transform_batch".utf8))
  }

  private func stage(
    _ stage: PluginStage, in snapshot: PluginSnapshot, pinned: PinnedVersions?, webhook: [UInt8]
  ) async -> ResolvedStage {
    do throws(PluginProblem) {
      let plugin = try await plugin(stage.name, in: snapshot, pinned: pinned)
      let options = try await plugin.options(of: stage, as: .stage, runtime: runtime)
      return ResolvedStage(
        name: stage.name, code: .script(plugin.source), plugin: plugin.version,
        canJudge: plugin.manifest.functions.contains(.response), options: options.filled.bytes, webhook: webhook, secrets: options.secrets,
        canFilter: plugin.manifest.functions.contains(.filter), canBatch: plugin.manifest.functions.contains(.transformBatch))
    } catch {
      return ResolvedStage(
        name: stage.name, code: .missing(error.description), plugin: nil, canJudge: false, options: Array("{}".utf8), webhook: webhook)
    }
  }

  private func plugin(
    _ name: String, in snapshot: PluginSnapshot, pinned: PinnedVersions?
  ) async throws(PluginProblem) -> LoadedPlugin {
    if let version = pinned?.plugins.first(where: { $0.name == name }), let plugins { return try await plugins.plugin(version) }
    guard let plugin = snapshot.plugins[name] else { throw PluginProblem(snapshot.reasonForMissing(name)) }
    return plugin
  }

  private static func identity(of webhook: Webhook) -> [UInt8] {
    let value: JSONValue = ["id": .string(webhook.id.description), "name": .string(webhook.name)]
    return value.bytes
  }
}

extension PipelineStage {
  /// What errors call an inline script: the API's name of the field that it came from.
  static func scriptName(at index: Int, of count: Int) -> String { count == 1 ? "script" : "pipeline[\(index)].script" }
}
