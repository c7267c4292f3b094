// Runs the stages of a webhook's pipeline, one after the other, on the Lua runtime.

import Synchronization
public import TidehookCore

/// Pipelines of Lua scripts.
public struct ScriptPipelines: PipelineRunner, PipelineChecker {
  private let runtime: LuaRuntime
  private let sources = SourceCache()

  /// How much of what the scripts print is kept for each attempt, in bytes.
  private static let keptLogBytes = 4096

  /// Makes pipelines that run on `runtime`, which must outlive them.
  public init(runtime: LuaRuntime) {
    self.runtime = runtime
  }

  /// Compiles every stage; throws for the first that does not.
  public func check(_ pipeline: [PipelineStage]) async throws(PipelineError) {
    for (index, stage) in pipeline.enumerated() {
      do throws(ScriptError) {
        try await runtime.check(stage.source, name: Self.name(of: index, in: pipeline.count))
      } catch {
        throw PipelineError(stage: index, message: error.message)
      }
    }
  }

  /// Runs a webhook's stages over a delivery's event: the body of one is the `event` of the next, `ctx.event` stays the original.
  public func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    let context = Self.context(of: webhook, delivery, at: now)
    var passed = Passed(payload: delivery.event.payload)
    for source in sources.sources(of: webhook, name: Self.name) {
      let job = ScriptJob(script: source, event: passed.input, original: passed.original, context: context)
      let result = await run(job)
      passed.add(log: result.log, upTo: Self.keptLogBytes)
      switch result.verdict {
      case .untouched, .judged, .events, .rejected: break
      case .body(let bytes, let isJSON, let overrides): passed.replace(bytes, isJSON: isJSON, overrides)
      case .dropped(let reason): return PipelineResult(.dropped(reason: reason), log: passed.log)
      case .failed(let error): return PipelineResult(.failed(error.description), log: passed.log)
      }
    }
    return PipelineResult(.send(body: passed.body, overrides: passed.overrides), log: passed.log)
  }

  private func run(_ job: ScriptJob) async -> ScriptResult {
    await withUnsafeContinuation { continuation in
      runtime.run(job) { continuation.resume(returning: $0) }
    }
  }

  /// What errors call a stage: the API's name of the field that it came from.
  private static func name(of index: Int, in count: Int) -> String {
    count == 1 ? "script" : "pipeline[\(index)].script"
  }

  /// The members of `ctx` besides `ctx.event`.
  private static func context(of webhook: Webhook, _ delivery: DueDelivery, at now: Timestamp) -> [UInt8] {
    var writer = JSONWriter(reserving: 256)
    writer.beginObject()
    writer.key("now")
    writer.string(now.rfc3339)
    writer.key("namespace")
    writer.string(delivery.event.namespace.name)
    writer.key("options")
    writer.beginObject()
    writer.endObject()
    writer.key("webhook")
    writer.beginObject()
    writer.key("id")
    writer.string(webhook.id.description)
    writer.key("name")
    writer.string(webhook.name)
    writer.endObject()
    writer.key("delivery")
    writer.beginObject()
    writer.key("id")
    writer.string(delivery.id.description)
    writer.key("attempt")
    writer.integer(delivery.attemptCount + 1)
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}

extension PipelineStage {
  /// The Lua text of the stage.
  fileprivate var source: String {
    switch self {
    case .script(let source): source
    case .plugin(let plugin): "error('plugin \(plugin.name) is not loaded')"
    }
  }
}

/// What goes from one stage to the next.
private struct Passed {
  let payload: [UInt8]
  /// `nil` as long as no stage made a body.
  var body: [UInt8]?
  var overrides = RequestOverrides()
  var log = ""
  /// The body as the next stage reads it.
  private var json: [UInt8]?

  init(payload: [UInt8]) {
    self.payload = payload
  }

  var input: [UInt8] { json ?? payload }
  var original: [UInt8]? { json == nil ? nil : payload }

  mutating func replace(_ bytes: [UInt8], isJSON: Bool, _ changes: RequestOverrides) {
    body = bytes
    json = isJSON ? bytes : JSONValue.string(String(decoding: bytes, as: UTF8.self)).bytes
    overrides.merge(changes)
  }

  mutating func add(log lines: String, upTo limit: Int) {
    guard !lines.isEmpty else { return }
    let room = limit - log.utf8.count
    log += lines.utf8.count <= room ? lines : String(decoding: lines.utf8.prefix(max(0, room)), as: UTF8.self)
  }
}

/// Remembers each webhook's scripts, so that every worker compiles one only once.
private final class SourceCache: Sendable {
  private struct Entry {
    let revision: Int
    let sources: [ScriptSource]
  }

  /// More than this many webhooks with scripts share the places; a source that lost its place is only compiled again.
  private static let capacity = 4096

  private let entries = Mutex<[WebhookID: Entry]>([:])

  func sources(of webhook: Webhook, name: (Int, Int) -> String) -> [ScriptSource] {
    entries.withLock { entries in
      if let known = entries[webhook.id], known.revision == webhook.revision { return known.sources }
      if entries.count >= Self.capacity { entries.removeAll() }
      var sources: [ScriptSource] = []
      for (index, stage) in webhook.pipeline.enumerated() {
        sources.append(ScriptSource(name: name(index, webhook.pipeline.count), source: stage.source, lane: sources.first?.lane))
      }
      entries[webhook.id] = Entry(revision: webhook.revision, sources: sources)
      return sources
    }
  }
}
