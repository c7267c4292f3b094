// What a script's call decided, printed and used.

public import TidehookCore

/// What a call decided.
public enum ScriptVerdict: Sendable, Equatable {
  /// The event goes on as it came in, byte for byte.
  case untouched
  /// The event goes on with this body: JSON made from a table, or a string as the script returned it.
  case body([UInt8], isJSON: Bool, RequestOverrides)
  /// The script does not want the event to be delivered.
  case dropped(reason: String)
  /// What `response` makes of the answer; `nil` leaves it to the status, as a script without `response` does.
  case judged(ResponseJudgement?, reason: String?)
  /// What `receive` makes of the request: a JSON array, which may be empty, and what the sender is told when it is not the usual.
  case events([UInt8], answer: InboundAnswer? = nil)
  /// `receive` makes no events, but has an answer: a challenge's, or a refusal.
  case rejected(InboundAnswer)
  /// The script failed.
  case failed(ScriptError)
}

/// All that a call produced.
public struct ScriptResult: Sendable, Equatable {
  /// What the call decided.
  public var verdict: ScriptVerdict
  /// The lines that the script printed; the first 4 KiB of them.
  public var log: String
  /// What the call used.
  public var usage: ScriptUsage

  /// Makes a result.
  public init(verdict: ScriptVerdict, log: String = "", usage: ScriptUsage = ScriptUsage()) {
    self.verdict = verdict
    self.log = log
    self.usage = usage
  }
}
