/// Which functions of a script a call runs.
public enum ScriptEntry: Sendable {
  /// `filter` and `transform`, on an event. The verdict: untouched, a body, dropped.
  case stage
  /// `response`, on the answer to a delivery. The verdict: judged.
  case response
  /// `receive`, on a request. The verdict: events, rejected.
  case receive
  /// `filter` alone, on an event. The verdict: untouched, dropped.
  case filter
  /// `transform_batch`, on an array of events. The verdict: untouched when the script has none, a body, dropped.
  case batch
}

/// One call of a script: what it runs and on what. All byte arrays but ``body`` are JSON, canonical as the core writes it.
public struct ScriptJob: Sendable {
  /// The script to run.
  public var script: ScriptSource
  /// In whose turn it runs, see ``LuaRuntime``: a plugin is shared by many webhooks, which must not wait for each other.
  public var lane: UInt64
  /// What to run.
  public var entry: ScriptEntry
  /// The first argument: a stage's input (the event, or what the stage before it made), the answer, or the request.
  public var event: [UInt8]
  /// The event as published (`ctx.event`); `nil` when it is the same as ``event`` (of a stage, a filter or a batch), or when there is none.
  public var original: [UInt8]?
  /// The object whose members become those of `ctx`: `options`, `now`, `webhook`, `delivery`. Empty for none.
  public var context: [UInt8]
  /// `request.body`, any bytes; `nil` for what is no request.
  public var body: [UInt8]?
  /// What `request.json` is read from, canonical; `nil` when the body is not JSON.
  public var json: [UInt8]?

  /// Makes a job.
  /// - Parameter lane: `nil` for the script's own.
  public init(
    script: ScriptSource, entry: ScriptEntry = .stage, event: [UInt8], original: [UInt8]? = nil, context: [UInt8] = [],
    body: [UInt8]? = nil, json: [UInt8]? = nil, lane: UInt64? = nil
  ) {
    self.script = script
    self.lane = lane ?? script.lane
    self.entry = entry
    self.event = event
    self.original = original
    self.context = context
    self.body = body
    self.json = json
  }
}
