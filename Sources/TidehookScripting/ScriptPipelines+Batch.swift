// Runs pipelines of webhooks that collect: over one event before it is collected, and over a batch.

public import TidehookCore

extension ScriptPipelines: BatchPipelineRunner {
  /// Runs what a pipeline does with each event by itself, up to the `filter` of the stage that has `transform_batch`.
  public func collect(_ webhook: Webhook, _ delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    guard !webhook.pipeline.isEmpty else { return PipelineResult(.send(body: nil, overrides: RequestOverrides())) }
    let alone = DeliveryBatch(id: BatchID(alone: delivery.id), members: [DeliveryBatch.Member(id: delivery.id, event: delivery.event)])
    var run = BatchRun(await resolved(webhook, for: delivery), on: alone, of: delivery, at: now, runtime: runtime)
    return await run.collect().result
  }

  /// Runs a webhook's stages over a batch.
  public func run(
    _ webhook: Webhook, on batch: DeliveryBatch, of delivery: DueDelivery, at now: Timestamp
  ) async -> BatchPipelineResult {
    guard !webhook.pipeline.isEmpty else {
      return BatchPipelineResult(PipelineResult(.send(body: batch.payload, overrides: RequestOverrides())))
    }
    var run = BatchRun(await resolved(webhook, for: delivery), on: batch, of: delivery, at: now, runtime: runtime)
    return await run.run()
  }

  /// Runs a webhook's stages over a batch of one, and keeps what each stage did.
  public func traceBatch(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace {
    let pipeline = await resolver.resolveForTrace(webhook, for: delivery)
    var run = BatchRun(pipeline, on: delivery.batchOrAlone, of: delivery, at: now, runtime: runtime)
    run.traces = []
    let result = await run.run()
    return PipelineTrace(result: result.resultOfOne, stages: run.traces ?? [])
  }
}

extension BatchPipelineResult {
  /// The result of a batch of one: its reason when it was dropped.
  fileprivate var resultOfOne: PipelineResult {
    var result = result
    if let drop = dropped[0] { result.verdict = .dropped(drop) }
    return result
  }
}

extension DeliveryBatch {
  /// Its envelopes as a JSON array.
  var payload: [UInt8] { Self.array(of: members.map(\.event.payload)) }

  /// The JSON array of values that are JSON.
  static func array(of values: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.reduce(2) { $0 + $1.count + 1 })
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: value)
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }
}

/// One run over a batch: stages run event by event until one takes all of them together, and from there on its body.
private struct BatchRun {
  /// What stages may make of the events of a batch before it is one body, in bytes.
  private static let maximumBytes = 4 << 20

  private let pipeline: ResolvedPipeline
  private let batch: DeliveryBatch
  private let delivery: DueDelivery
  private let now: Timestamp
  private let runtime: LuaRuntime
  /// The members that are left, by their index.
  private var left: [(index: Int, passed: Passed)]
  private var dropped: [Int: PipelineDrop] = [:]
  private var log = ""
  /// What each stage did; kept when it is not `nil`.
  var traces: [StageTrace]?

  init(_ pipeline: ResolvedPipeline, on batch: DeliveryBatch, of delivery: DueDelivery, at now: Timestamp, runtime: LuaRuntime) {
    self.pipeline = pipeline
    self.batch = batch
    self.delivery = delivery
    self.now = now
    self.runtime = runtime
    left = batch.members.enumerated().map { ($0.offset, Passed(payload: $0.element.event.payload)) }
  }

  mutating func collect() async -> BatchPipelineResult {
    for (index, stage) in pipeline.stages.enumerated() {
      if stage.canBatch {
        if stage.canFilter { if let end = await each(stage, at: index, .filter) { return end.asDrop } }
        break
      }
      if let end = await each(stage, at: index, .stage) { return end.asDrop }
    }
    return ending(.send(body: nil, overrides: RequestOverrides()))
  }

  mutating func run() async -> BatchPipelineResult {
    for (index, stage) in pipeline.stages.enumerated() {
      if stage.canBatch {
        if stage.canFilter { if let end = await each(stage, at: index, .filter) { return end } }
        if let end = await together(stage, at: index) { return end }
      }
      if let end = await each(stage, at: index, .stage) { return end }
    }
    return ending(.send(body: DeliveryBatch.array(of: left.map(\.passed.input)), overrides: RequestOverrides()))
  }

  /// Runs a stage over each event that is left.
  /// - Returns: the end of the run, when a script failed or no event is left.
  private mutating func each(_ stage: ResolvedStage, at index: Int, _ entry: ScriptEntry) async -> BatchPipelineResult? {
    var kept: [(index: Int, passed: Passed)] = []
    var bytes = 0
    for (member, earlier) in left {
      var passed = earlier
      let result = await call(stage, entry, event: passed.input, original: passed.original, isBatch: false)
      note(stage, result, isShown: entry == .stage)
      switch result.verdict {
      case .body(let body, let isJSON, let overrides):
        guard overrides.url == nil, overrides.method == nil else {
          return failed("\(stage.name): the request of a batch has one url and one method: set them in transform_batch", at: stage.name)
        }
        passed.replace(body, isJSON: isJSON, RequestOverrides())
      case .dropped(let reason):
        dropped[member] = pipeline.drop(reason, ofStage: index)
        continue
      case .failed(let error): return failed(error.description, at: stage.place(of: error))
      case .untouched, .judged, .events, .rejected: break
      }
      bytes += passed.input.count
      guard bytes <= Self.maximumBytes else {
        return failed("\(stage.name): the events of the batch grew to more than \(Self.maximumBytes) bytes", at: stage.name)
      }
      kept.append((member, passed))
    }
    left = kept
    return left.isEmpty ? ending(.dropped(reason: "the pipeline dropped every event of the batch")) : nil
  }

  /// Hands all events that are left to `transform_batch`, and its body to the stages that follow.
  /// - Returns: the end of the run; `nil` when the stage has no such function.
  private mutating func together(_ stage: ResolvedStage, at index: Int) async -> BatchPipelineResult? {
    let originals = originals
    let isChanged = left.contains { $0.passed.original != nil }
    let events = isChanged ? DeliveryBatch.array(of: left.map(\.passed.input)) : originals
    let result = await call(stage, .batch, event: events, original: isChanged ? originals : nil, isBatch: true)
    if case .untouched = result.verdict { return nil }
    note(stage, result, isShown: true)
    var passed = Passed(payload: originals)
    if let end = follow(result, &passed, stage: index) { return end }
    for (next, stage) in pipeline.stages.enumerated().dropFirst(index + 1) {
      let result = await call(stage, .stage, event: passed.input, original: originals, isBatch: true)
      note(stage, result, isShown: true)
      if let end = follow(result, &passed, stage: next) { return end }
    }
    return ending(.send(body: passed.body, overrides: passed.overrides))
  }

  /// Takes over what a stage made of the one body.
  private func follow(_ result: ScriptResult, _ passed: inout Passed, stage: Int) -> BatchPipelineResult? {
    switch result.verdict {
    case .body(let bytes, let isJSON, let overrides): passed.replace(bytes, isJSON: isJSON, overrides)
    case .dropped(let reason): return ending(.dropped(pipeline.drop(reason, ofStage: stage)))
    case .failed(let error): return failed(error.description, at: pipeline.stages[stage].place(of: error))
    case .untouched, .judged, .events, .rejected: break
    }
    return nil
  }

  /// The envelopes of those that are left.
  private var originals: [UInt8] { DeliveryBatch.array(of: left.map { batch.members[$0.index].event.payload }) }

  private func call(
    _ stage: ResolvedStage, _ entry: ScriptEntry, event: [UInt8], original: [UInt8]?, isBatch: Bool
  ) async -> ScriptResult {
    switch stage.code {
    case .script(let source):
      await runtime.run(
        ScriptJob(
          script: source, entry: entry, event: event, original: original,
          context: stage.context(for: delivery, at: now, batch: isBatch ? batch : nil), lane: pipeline.lane))
    case .missing(let problem):
      ScriptResult(verdict: .failed(ScriptError(code: .compile, message: problem)))
    }
  }

  /// Keeps what a stage printed, and what it did; a `filter` that lets an event pass is no stage by itself.
  private mutating func note(_ stage: ResolvedStage, _ result: ScriptResult, isShown: Bool) {
    log.addLines(result.log, upTo: Attempt.maximumLogBytes)
    if isShown || !result.isUntouched { traces?.append(StageTrace(stage, result)) }
  }

  private func failed(_ message: String, at place: String) -> BatchPipelineResult { ending(.failed(message), at: place) }

  private func ending(_ verdict: PipelineVerdict, at place: String? = nil) -> BatchPipelineResult {
    let judge = PipelineJudge(runtime: runtime, pipeline: pipeline, delivery: delivery, startedAt: now, batch: batch)
    return BatchPipelineResult(
      PipelineResult(
        verdict, log: log, plugins: pipeline.plugins, judge: pipeline.canJudge ? judge : nil, secrets: pipeline.secrets, place: place),
      dropped: dropped)
  }
}

extension BatchPipelineResult {
  /// The result of the only event's own stages.
  fileprivate var asDrop: BatchPipelineResult { BatchPipelineResult(resultOfOne) }
}

extension ScriptResult {
  fileprivate var isUntouched: Bool {
    if case .untouched = verdict { true } else { false }
  }
}
