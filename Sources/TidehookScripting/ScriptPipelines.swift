// Runs the stages of a webhook's pipeline, one after the other, on the Lua runtime.

public import TidehookCore

/// Pipelines of Lua scripts and plugins: run for deliveries, traced for dry runs, both in the same way.
public struct ScriptPipelines: PipelineRunner, PipelineTracer {
  let runtime: LuaRuntime
  let plugins: LivePlugins?
  let resolver: PipelineResolver

  /// Makes pipelines that run on `runtime`, which must outlive them.
  /// - Parameter plugins: the plugins that stages may name; `nil` for none.
  public init(runtime: LuaRuntime, plugins: LivePlugins? = nil) {
    self.runtime = runtime
    self.plugins = plugins
    resolver = PipelineResolver(runtime: runtime, plugins: plugins)
  }

  /// Runs a webhook's stages over a delivery's event: the body of one is the `event` of the next, `ctx.event` stays the original.
  ///
  /// One version of each plugin runs throughout, in the answer's judgement too.
  public func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    await run(resolved(webhook, for: delivery), on: delivery, at: now)
  }

  /// A webhook's pipeline as it is now, or as the delivery pins it.
  func resolved(_ webhook: Webhook, for delivery: DueDelivery) async -> ResolvedPipeline {
    if let pipeline = resolver.current(webhook, for: delivery) { return pipeline }
    return await resolver.resolve(webhook, for: delivery)
  }

  /// The same, and what each stage did.
  public func trace(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace {
    let pipeline = await resolver.resolveForTrace(webhook, for: delivery)
    var stages: [StageTrace]? = []
    let result = await run(pipeline, on: delivery, at: now, recording: &stages)
    return PipelineTrace(result: result, stages: stages ?? [])
  }

  private func run(_ pipeline: ResolvedPipeline, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    var none: [StageTrace]?
    return await run(pipeline, on: delivery, at: now, recording: &none)
  }

  private func run(
    _ pipeline: ResolvedPipeline, on delivery: DueDelivery, at now: Timestamp, recording traces: inout [StageTrace]?
  ) async -> PipelineResult {
    var passed = Passed(payload: delivery.event.payload)
    for (index, stage) in pipeline.stages.enumerated() {
      let result = await run(stage, of: pipeline, on: passed, delivery, at: now)
      passed.log.addLines(result.log, upTo: Attempt.maximumLogBytes)
      traces?.append(StageTrace(stage, result))
      switch result.verdict {
      case .untouched: break
      case .body(let bytes, let isJSON, let overrides): passed.replace(bytes, isJSON: isJSON, overrides)
      case .dropped(let reason):
        return PipelineResult(
          .dropped(pipeline.drop(reason, ofStage: index)), log: passed.log, plugins: pipeline.plugins, secrets: pipeline.secrets)
      case .failed(let error):
        return PipelineResult(
          .failed(error.description), log: passed.log, plugins: pipeline.plugins, secrets: pipeline.secrets, place: stage.place(of: error))
      case .judged, .events, .rejected: break  // Other entries give these.
      }
    }
    return PipelineResult(
      .send(body: passed.body, overrides: passed.overrides), log: passed.log, plugins: pipeline.plugins,
      judge: pipeline.canJudge ? PipelineJudge(runtime: runtime, pipeline: pipeline, delivery: delivery, startedAt: now) : nil,
      secrets: pipeline.secrets)
  }

  private func run(
    _ stage: ResolvedStage, of pipeline: ResolvedPipeline, on passed: Passed, _ delivery: DueDelivery, at now: Timestamp
  ) async -> ScriptResult {
    switch stage.code {
    case .script(let source):
      await runtime.run(
        ScriptJob(
          script: source, event: passed.input, original: passed.original, context: stage.context(for: delivery, at: now),
          lane: pipeline.lane))
    case .missing(let problem):
      ScriptResult(verdict: .failed(ScriptError(code: .compile, message: problem)))
    }
  }
}

/// What goes from one stage to the next.
struct Passed {
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
}

extension StageTrace {
  init(_ stage: ResolvedStage, _ result: ScriptResult) {
    var body: [UInt8]?
    let decision: Decision
    switch result.verdict {
    case .dropped(let reason): decision = .dropped(reason: reason)
    case .failed(let error): decision = .failed(message: error.message, line: error.line, traceback: error.traceback)
    case .body(let bytes, _, _):
      decision = .passed
      body = bytes
    case .untouched, .judged, .events, .rejected: decision = .passed
    }
    self.init(name: stage.name, plugin: stage.plugin, decision: decision, body: body, log: result.log, usage: result.usage)
  }
}
