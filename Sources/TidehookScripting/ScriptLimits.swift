/// What one call of a script may use. A call that needs more ends as a ``ScriptError``.
public struct ScriptLimits: Sendable, Equatable {
  /// How many sources of ``sourceBytes`` a plugin and its modules may add up to.
  static let sourcesPerPlugin = 4

  /// Lua instructions, and steps of library functions that loop. Default 5 million.
  public var instructions: UInt64
  /// CPU time of the thread that runs the script. Default 50 ms.
  public var cpuTime: Duration
  /// Memory on top of what the idle interpreter holds. Default 16 MiB.
  public var memoryBytes: Int
  /// Size of the body that a script may make. Default 1 MiB.
  public var outputBytes: Int
  /// Size of a script's source, and of each module of a plugin; all of a plugin together may have four times as much. Default 64 KiB.
  public var sourceBytes: Int
  /// What is kept of the lines that a call prints. Default 4 KiB.
  public var logBytes: Int

  /// Makes a set of limits; each has the default that its property names.
  public init(
    instructions: UInt64 = 5_000_000, cpuTime: Duration = .milliseconds(50), memoryBytes: Int = 16 << 20, outputBytes: Int = 1 << 20,
    sourceBytes: Int = 64 << 10, logBytes: Int = 4 << 10
  ) {
    self.instructions = instructions
    self.cpuTime = cpuTime
    self.memoryBytes = memoryBytes
    self.outputBytes = outputBytes
    self.sourceBytes = sourceBytes
    self.logBytes = logBytes
  }
}
