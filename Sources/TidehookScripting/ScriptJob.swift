import Synchronization

private let nextIdentifier = Atomic<UInt64>(0)

/// The text of a script. Make one per webhook revision and share it: each worker compiles it once.
public final class ScriptSource: Sendable {
  /// Tells sources apart, also those with the same text.
  public let id: UInt64
  /// Sources of the same lane wait for each other; those of different lanes take turns.
  public let lane: UInt64
  /// What errors call the script; at most 50 bytes of it are shown.
  public let name: String
  /// The Lua text.
  public let source: String

  /// Makes a source with an identity of its own.
  /// - Parameter lane: the lane of another source of the same webhook; `nil` for a new one.
  public init(name: String, source: String, lane: UInt64? = nil) {
    self.id = nextIdentifier.add(1, ordering: .relaxed).newValue
    self.lane = lane ?? id
    self.name = name
    self.source = source
  }
}

/// One call of a script: what it runs and on what. All byte arrays are JSON, canonical as the core writes it.
public struct ScriptJob: Sendable {
  /// The script to run.
  public var script: ScriptSource
  /// The stage's input: the event, or what the stage before it made.
  public var event: [UInt8]
  /// The event as published (`ctx.event`), when an earlier stage changed it; `nil` when it is the same as ``event``.
  public var original: [UInt8]?
  /// The object whose members become those of `ctx`: `options`, `now`, `webhook`, `delivery`. Empty for none.
  public var context: [UInt8]

  /// Makes a job.
  public init(script: ScriptSource, event: [UInt8], original: [UInt8]? = nil, context: [UInt8] = []) {
    self.script = script
    self.event = event
    self.original = original
    self.context = context
  }
}
