// What is wrong with a plugin, for people.

/// Why a plugin cannot be used, or what was asked for is not there.
public struct PluginProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, with the file and the line where they are known.
  public let description: String

  /// Makes a problem.
  public init(_ description: String) {
    self.description = description
  }
}
