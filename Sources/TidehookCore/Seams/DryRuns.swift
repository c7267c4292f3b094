// How pipelines are tried on events without sending anything.

/// What a script's call used.
public struct ScriptUsage: Sendable, Equatable {
  /// Instructions and library steps; instructions are known in blocks of 1000.
  public var instructions: Int
  /// CPU time of the thread.
  public var cpuTime: Duration
  /// Most memory that the interpreter held on top of what it held before, in bytes.
  public var memoryBytes: Int

  /// Makes a usage record.
  public init(instructions: Int = 0, cpuTime: Duration = .zero, memoryBytes: Int = 0) {
    self.instructions = instructions
    self.cpuTime = cpuTime
    self.memoryBytes = memoryBytes
  }
}

/// What one stage of a pipeline did with one event.
public struct StageTrace: Sendable {
  /// What it is called: `script`, `pipeline[1].script`, or a plugin's name.
  public var name: String
  /// Which content of a plugin ran; `nil` for an inline script.
  public var plugin: PluginVersion?
  /// What it decided.
  public var decision: Decision
  /// The body that it made; `nil` when it left its input as it was, dropped the event, or failed.
  public var body: [UInt8]?
  /// What it printed.
  public var log: String
  /// What it used.
  public var usage: ScriptUsage

  /// A stage's decision.
  public enum Decision: Sendable, Equatable {
    /// The event went on, changed or not.
    case passed
    /// The event was dropped.
    case dropped(reason: String)
    /// The script failed: message with script name and line, the line where it is known, and the traceback.
    case failed(message: String, line: Int?, traceback: String)
  }

  /// Makes a trace.
  public init(
    name: String, plugin: PluginVersion? = nil, decision: Decision, body: [UInt8]? = nil, log: String = "",
    usage: ScriptUsage = ScriptUsage()
  ) {
    self.name = name
    self.plugin = plugin
    self.decision = decision
    self.body = body
    self.log = log
    self.usage = usage
  }
}

/// What a whole pipeline did with one event, stage by stage.
public struct PipelineTrace: Sendable {
  /// What the pipeline decided: the same as a delivery's.
  public var result: PipelineResult
  /// The stages that ran, in order.
  public var stages: [StageTrace]

  /// Makes a trace.
  public init(result: PipelineResult, stages: [StageTrace]) {
    self.result = result
    self.stages = stages
  }
}

/// Runs pipelines with the engine and the limits of deliveries, and keeps what each stage did. Consumer: the dry runner.
public protocol PipelineTracer: Sendable {
  /// Runs a webhook's stages over a delivery's event.
  func trace(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace
  /// The same for a webhook that collects: its stages run over a batch of this delivery alone.
  func traceBatch(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace
}

/// What a delivery would have done.
public struct DryRun: Sendable {
  /// What the stages did.
  public var stages: [StageTrace]
  /// What would have followed.
  public var outcome: Outcome

  /// What would have become of an event.
  public enum Outcome: Sendable {
    /// This request would have been sent; headers hold no signature and no secret.
    case request(SentRequest)
    /// The pipeline drops it: the stage's index and the reason.
    case filtered(stage: Int, reason: String)
    /// The attempt fails before anything is sent.
    case failed(AttemptFailure)
  }

  /// Makes a dry run.
  public init(stages: [StageTrace], outcome: Outcome) {
    self.stages = stages
    self.outcome = outcome
  }
}

/// Tries webhooks on events; sends and stores nothing. Consumers: the API, `tidehook plugins run`.
public protocol DryRunning: Sendable {
  /// Runs a webhook that need not be stored over an event that need not be either.
  func dryRun(_ webhook: Webhook, event: Event) async -> DryRun
}
