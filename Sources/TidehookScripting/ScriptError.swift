/// Why a script could not be compiled, or why its call failed.
public struct ScriptError: Error, Sendable, Equatable {
  /// The kinds of failure.
  public enum Code: String, Sendable, Equatable, CaseIterable {
    /// The source is not a Lua text chunk.
    case compile
    /// The source is larger than ``ScriptLimits/sourceBytes``.
    case sourceSize = "source_size"
    /// The script raised an error.
    case runtime
    /// ``ScriptLimits/instructions`` was reached.
    case instructions
    /// ``ScriptLimits/cpuTime`` was reached.
    case cpuTime = "cpu_time"
    /// ``ScriptLimits/memoryBytes`` was reached.
    case memory
    /// ``ScriptLimits/outputBytes`` was exceeded.
    case output
    /// The script, or one of its functions, returned what cannot be used.
    case result
    /// The runtime has been shut down.
    case closed
  }

  /// What kind of failure it is.
  public var code: Code
  /// What happened, beginning with the script's name and, when known, the line: `slack:3: attempt to …`.
  public var message: String
  /// The line in the script, from 1; `nil` when unknown.
  public var line: Int?
  /// The calls that led to the error, innermost first, one a line; empty when unknown. At most 2 KiB.
  public var traceback: String

  /// Makes an error.
  public init(code: Code, message: String, line: Int? = nil, traceback: String = "") {
    self.code = code
    self.message = message
    self.line = line
    self.traceback = traceback
  }
}

extension ScriptError: CustomStringConvertible {
  /// The message, with the traceback below it when there is one.
  public var description: String { traceback.isEmpty ? message : "\(message)\nstack traceback:\n\(traceback)" }
}
