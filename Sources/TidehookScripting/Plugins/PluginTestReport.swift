// What came out of a plugin's tests.

public import TidehookCore

/// The tests of one plugin.
public struct PluginTestReport: Sendable {
  /// The plugin's name.
  public let plugin: String
  /// Why no case could run: the plugin cannot be loaded, or its cases.json cannot be read; `nil` when they ran.
  public let problem: String?
  /// The cases in the order of cases.json; none when there is no such file.
  public let results: [CaseResult]

  /// Whether nothing failed.
  public var passed: Bool { problem == nil && results.allSatisfy(\.passed) }
}

/// What came of one case.
public struct CaseResult: Sendable {
  /// The case's name.
  public let name: String
  /// Where it is not as expected; empty when it passed.
  public let differences: [CaseDifference]
  /// What the plugin printed.
  public let log: String
  /// What the call used.
  public let usage: ScriptUsage

  /// Whether everything is as expected.
  public var passed: Bool { differences.isEmpty }
}

/// One place where a case is not as expected.
public struct CaseDifference: Sendable, Equatable {
  /// The member of `expect`: `body`, `headers.X-Team`, `drop`, `error`, `judgement`, `events`.
  public let member: String
  /// Where in the member, when it is a table: `blocks[1].text`; empty for the whole.
  public let path: String
  /// What should be there; `nil` for nothing.
  public let expected: JSONValue?
  /// What is there; `nil` for nothing.
  public let got: JSONValue?

  init(_ member: String, path: String = "", expected: JSONValue?, got: JSONValue?) {
    self.member = member
    self.path = path
    self.expected = expected
    self.got = got
  }
}
