// The options that say when a webhook becomes inactive by itself.

import ArgumentParser
import TidehookCore

/// When failures make a webhook inactive.
struct AutoDisableFields: ParsableArguments {
  @Option(
    name: .customLong("auto-disable"),
    help: ArgumentHelp(
      "Make it inactive after so many days of nothing but failures, and so many of those: 5, 5/10; never is never.", valueName: "days"))
  var setting: String?

  /// The request's `auto_disable`; `nil` when no option was given.
  func member() throws(CommandFailure) -> JSONValue? {
    guard let setting else { return nil }
    if setting == "never" { return false }
    let parts = setting.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let days = Double(parts[0]) else { throw Self.refusal(setting) }
    guard parts.count == 2 else { return ["after_days": .double(days)] }
    guard let failures = Int64(parts[1]) else { throw Self.refusal(setting) }
    return ["after_days": .double(days), "min_failures": .integer(failures)]
  }

  private static func refusal(_ got: String) -> CommandFailure {
    CommandFailure(.usage, "--auto-disable: expected DAYS, DAYS/FAILURES like 5/10, or never, got \(got)")
  }
}
