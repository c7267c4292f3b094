import Synchronization

private let nextIdentifier = Atomic<UInt64>(0)

/// A part of a plugin that its script loads with `require`.
public struct ScriptModule: Sendable, Equatable {
  /// What `require` calls it: `slack.blocks`.
  public let name: String
  /// What errors call it: `slack/blocks.lua`; at most 50 bytes of it are shown.
  public let chunk: String
  /// The Lua text.
  public let source: String

  /// Makes a module.
  public init(name: String, chunk: String, source: String) {
    self.name = name
    self.chunk = chunk
    self.source = source
  }
}

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
  /// What a plugin may `require`; `nil` for a script that is no plugin, and has no `require`.
  public let modules: [ScriptModule]?

  /// Makes a source with an identity of its own.
  /// - Parameter lane: the lane of another source of the same webhook; `nil` for a new one.
  public init(name: String, source: String, modules: [ScriptModule]? = nil, lane: UInt64? = nil) {
    self.id = nextIdentifier.add(1, ordering: .relaxed).newValue
    self.lane = lane ?? id
    self.name = name
    self.source = source
    self.modules = modules
  }
}
