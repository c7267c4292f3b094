// The answer of a dry run, written event by event.

import TidehookCore

/// Results so far, as JSON, and what they add up to.
struct DryRunReport {
  /// Why a dry run ended before all its events were run.
  enum Stop: String, CaseIterable {
    /// It took too long.
    case time
    /// The answer became too long.
    case size
    /// The events that it looks for are too rare.
    case search
  }

  /// The answer ends once it is this long: 8 MiB.
  private static let maximumBytes = 8 << 20
  /// The bodies of one event's stages are left out when they are longer than this in all: 2 MiB.
  private static let maximumStageBytes = 2 << 20
  /// How much of a reason the summary counts by, in characters.
  private static let countedReason = 200

  private var json = JSONWriter(reserving: 4096)
  private var delivered = 0
  private var failed = 0
  private var reasons: [(text: String, count: Int)] = []
  private var filtered = 0

  init() {
    json.beginObject()
    json.key("results")
    json.beginArray()
  }

  /// How many events were run.
  var count: Int { delivered + filtered + failed }
  /// Whether no more events fit.
  var isFull: Bool { json.bytes.count >= Self.maximumBytes }

  /// Takes up what became of an event.
  mutating func add(_ run: DryRun, of event: Event) {
    json.beginObject()
    json.key("event_id")
    json.string(event.id.rawValue)
    json.key("event")
    json.string(event.type.name)
    outcome(run, of: event)
    let bytes = run.stages.reduce(0) { $0 + ($1.body?.count ?? 0) }
    let isAbridged = bytes > Self.maximumStageBytes
    json.key("stages")
    json.beginArray()
    for (index, stage) in run.stages.enumerated() { json.stage(stage, at: index, showsBody: !isAbridged) }
    json.endArray()
    json.key("body_omitted")
    json.bool(isAbridged)
    json.endObject()
  }

  private mutating func outcome(_ run: DryRun, of event: Event) {
    switch run.outcome {
    case .request(let request):
      delivered += 1
      members("delivered", request: request, event)
    case .filtered(let stage, let reason):
      filtered += 1
      note(shortened(reason, to: Self.countedReason))
      members("filtered", stage: stage, reason: reason, event)
    case .failed(let failure):
      failed += 1
      let stage = run.stages.lastIndex { if case .failed = $0.decision { true } else { false } }
      members("error", stage: stage, failure: failure, event)
    }
  }

  private mutating func members(
    _ outcome: String, stage: Int? = nil, reason: String? = nil, failure: AttemptFailure? = nil, request: SentRequest? = nil, _ event: Event
  ) {
    json.key("outcome")
    json.string(outcome)
    json.key("stage")
    if let stage { json.integer(stage) } else { json.null() }
    json.key("reason")
    json.optional(reason)
    json.key("failure")
    json.optional(failure?.kind.rawValue)
    json.key("error")
    json.optional(failure?.message)
    json.key("request")
    json.request(request, body: request?.body ?? event.payload)
  }

  private mutating func note(_ reason: String) {
    if let index = reasons.firstIndex(where: { $0.text == reason }) {
      reasons[index].count += 1
    } else {
      reasons.append((reason, 1))
    }
  }

  /// The whole answer.
  /// - Parameter stop: why it ends before all that was asked for; `nil` when it does not.
  consuming func finished(_ stop: Stop?) -> JSONWriter {
    json.endArray()
    json.key("summary")
    json.beginObject()
    for (name, count) in [("events", count), ("delivered", delivered), ("filtered", filtered), ("errors", failed)] {
      json.key(name)
      json.integer(count)
    }
    json.key("reasons")
    json.beginObject()
    for reason in reasons {
      json.key(reason.text)
      json.integer(reason.count)
    }
    json.endObject()
    json.key("stopped")
    json.optional(stop?.rawValue)
    json.endObject()
    json.endObject()
    return json
  }
}

extension JSONWriter {
  /// Writes what one stage did.
  fileprivate mutating func stage(_ stage: StageTrace, at index: Int, showsBody: Bool) {
    beginObject()
    key("stage")
    integer(index)
    key("name")
    string(stage.name)
    key("plugin")
    optional(stage.plugin?.name)
    key("revision")
    if let plugin = stage.plugin { integer(plugin.revision) } else { null() }
    decision(stage.decision)
    body(showsBody ? stage.body : nil, isTruncated: false)
    key("log")
    string(stage.log)
    key("instructions")
    integer(stage.usage.instructions)
    key("cpu_us")
    integer(stage.usage.cpuTime.microseconds)
    key("memory_bytes")
    integer(stage.usage.memoryBytes)
    endObject()
  }

  private mutating func decision(_ decision: StageTrace.Decision) {
    key("decision")
    switch decision {
    case .passed: members("passed", reason: nil)
    case .dropped(let reason): members("dropped", reason: reason)
    case .failed(let message, let line, let traceback):
      members("error", reason: nil) { json in
        json.beginObject()
        json.key("message")
        json.string(message)
        json.key("line")
        if let line { json.integer(line) } else { json.null() }
        json.key("traceback")
        json.string(traceback)
        json.endObject()
      }
    }
  }

  private mutating func members(_ decision: String, reason: String?, error: (inout JSONWriter) -> Void = { $0.null() }) {
    string(decision)
    key("reason")
    optional(reason)
    key("error")
    error(&self)
  }
}
