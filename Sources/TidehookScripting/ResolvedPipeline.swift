// A webhook's pipeline with everything that can be known before an event comes.

import TidehookCore
import TidehookSigning

/// One stage, ready to run.
struct ResolvedStage: Sendable {
  enum Code: Sendable {
    case script(ScriptSource)
    /// What the stage names cannot run, and why.
    case missing(String)
  }

  /// What dry runs and reasons call it: `script`, `pipeline[1].script`, or the plugin's name.
  let name: String
  let code: Code
  /// `nil` for an inline script, and for a plugin that is not loaded.
  let plugin: PluginVersion?
  /// Whether it has, or may have, a `response` function.
  let canJudge: Bool
  /// The stage's options with their defaults, as JSON.
  let options: [UInt8]
  /// `ctx.webhook`, as JSON.
  let webhook: [UInt8]
  /// Values of secret options.
  var secrets: [String] = []
  /// Whether it has, or may have, a `filter` function.
  var canFilter = false
  /// Whether it has, or may have, a `transform_batch` function.
  var canBatch = false

  /// Where it failed, without a word of what the code said.
  func place(of error: ScriptError) -> String { error.line.map { "\(name):\($0)" } ?? name }

  /// The members of `ctx` besides `ctx.event`.
  /// - Parameter batch: what `ctx.batch` tells of; `nil` when an event is run by itself.
  func context(for delivery: DueDelivery, at now: Timestamp, batch: DeliveryBatch? = nil) -> [UInt8] {
    var writer = JSONWriter(reserving: 224 + options.count + webhook.count)
    writer.beginObject()
    writer.key("now")
    writer.string(now.rfc3339)
    writer.key("namespace")
    writer.string(delivery.event.namespace.name)
    writer.key("options")
    writer.raw(options)
    writer.key("webhook")
    writer.raw(webhook)
    writer.key("delivery")
    writer.beginObject()
    writer.key("id")
    writer.string(delivery.id.description)
    writer.key("attempt")
    writer.integer(delivery.attemptCount + 1)
    writer.endObject()
    if let batch {
      writer.key("batch")
      writer.beginObject()
      writer.key("id")
      writer.string(batch.id.description)
      writer.key("count")
      writer.integer(batch.members.count)
      writer.endObject()
    }
    writer.endObject()
    return writer.bytes
  }
}

/// A pipeline, ready to run. Immutable: what runs an event keeps it to the end.
final class ResolvedPipeline: Sendable {
  /// What it was made of; a webhook that differs needs another one.
  let pipeline: [PipelineStage]
  let webhookName: String
  /// Which snapshot of the plugins it was made of; `nil` when none of its stages is a plugin of that snapshot.
  let generation: Int?
  let stages: [ResolvedStage]
  /// The plugins that run, each once.
  let plugins: [PluginVersion]
  let canJudge: Bool
  /// Hides the stages' secret options; `nil` when they have none.
  let secrets: SecretMask?
  /// Its stages wait for each other, not for other webhooks' stages.
  let lane: UInt64

  init(_ webhook: Webhook, stages: [ResolvedStage], generation: Int?) {
    pipeline = webhook.pipeline
    webhookName = webhook.name
    self.generation = generation
    self.stages = stages
    plugins = stages.reduce(into: []) { found, stage in
      if let version = stage.plugin, !found.contains(version) { found.append(version) }
    }
    canJudge = stages.contains(where: \.canJudge)
    secrets = SecretMask(stages.flatMap(\.secrets).flatMap(SecretForms.of))
    lane = Self.lane(of: webhook.id)
  }

  /// Lanes of scripts count up from 1; those of webhooks and sources lie above.
  static func lane(of id: some PrefixedID) -> UInt64 { UInt64(bitPattern: id.key) | 1 << 63 }

  /// Whether this is how the webhook runs now. Cheap: a webhook that did not change shares its parts.
  func isCurrent(for webhook: Webhook, generation current: @autoclosure () -> Int) -> Bool {
    pipeline == webhook.pipeline && webhookName == webhook.name && (generation.map { $0 == current() } ?? true)
  }

  /// A stage's drop.
  func drop(_ reason: String, ofStage index: Int) -> PipelineDrop {
    let stage = DroppingStage(index: index, name: stages[index].name, plugin: stages[index].plugin)
    return PipelineDrop(self.reason(reason, ofStage: index), by: stage)
  }

  /// A drop's reason, with the stage where that is not plain.
  private func reason(_ text: String, ofStage index: Int) -> String {
    guard stages.count > 1 || stages[index].plugin != nil else { return text }
    let name = stages[index].name
    let isAmbiguous = stages.filter { $0.name == name }.count > 1
    return isAmbiguous ? "pipeline[\(index)] \(name): \(text)" : "\(name): \(text)"
  }
}

extension PipelineVerdict {
  /// The verdict of a drop.
  static func dropped(_ drop: PipelineDrop) -> PipelineVerdict { .dropped(reason: drop.reason, by: drop.stage) }
}
