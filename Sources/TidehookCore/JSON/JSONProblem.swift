// What is wrong with a JSON value of a configuration; who reads it says where the configuration stands.

/// A value that is not what it should be.
public struct JSONProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// Where the value stands below the value that was read: `tolerance_secs`, `methods[1]`; empty for that value itself.
  public let path: String
  /// What was expected and what came; lower case, no full stop.
  public let message: String

  /// Makes a problem.
  public init(_ path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  /// The same problem, as seen from the value that holds the one that was read as its member `name`.
  public func within(_ name: String) -> JSONProblem {
    JSONProblem(path.isEmpty ? name : path.hasPrefix("[") ? name + path : "\(name).\(path)", message)
  }

  /// Path and message.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }
}
