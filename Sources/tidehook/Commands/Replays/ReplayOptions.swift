// The options of commands that replay many deliveries.

import ArgumentParser
import TidehookCore

/// Which deliveries are replayed.
struct ReplayFilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only those of this webhook.", valueName: "id"))
  var webhook: String?

  @Option(
    help: ArgumentHelp(
      "Only in these states: dead (unless others are named), filtered, cancelled, delivered, retrying.", valueName: "states"))
  var state: [String] = []

  @Option(help: ArgumentHelp("Only events of these types, as in memory.created or memory.*.", valueName: "types"))
  var type: [String] = []

  @Option(help: ArgumentHelp("Only events in this namespace.", valueName: "name"))
  var namespace: String?

  @Option(help: ArgumentHelp("Only deliveries that failed with this text in the error.", valueName: "text"))
  var error: String?

  @Option(help: ArgumentHelp("Only deliveries whose last attempt failed like this, as in timeout or status.", valueName: "kind"))
  var failure: String?

  @Flag(help: "Deliver what the webhook wants now and never got, as from before it was made; with --state those as well.")
  var missing = false

  @Flag(help: "Everything that is dead; must be said when nothing else narrows it.")
  var all = false

  @OptionGroup var times: TimeOptions

  /// The members of the request.
  var members: [JSONValue.Member] {
    [JSONValue.Member](
      given: [
        ("webhook", webhook.map(JSONValue.string)), ("states", Self.list(state)), ("types", Self.list(type)),
        ("namespace", namespace.map(JSONValue.string)), ("error", error.map(JSONValue.string)),
        ("failure", failure.map(JSONValue.string)), ("missing", missing ? true : nil),
        ("all", all ? true : nil),
      ] + times.query.map { ($0, $1.map(JSONValue.string)) })
  }

  /// An array of the values of an option that may be given several times, each with commas in it; `nil` for none.
  static func list(_ values: [String]) -> JSONValue? {
    values.isEmpty ? nil : .array(values.flatMap { $0.split(separator: ",") }.map { .string(String($0)) })
  }
}

/// How deliveries are replayed.
struct ReplayRunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many are made due in each second at most (default: 100).", valueName: "count"))
  var rate: Int?

  @Flag(help: "Count what would be replayed, show a few, and do nothing.")
  var preview = false

  @Flag(name: .shortAndLong, help: "Begin without asking.")
  var yes = false

  @Flag(help: "Return as soon as the replay has begun, instead of following it.")
  var detach = false

  /// The members of the request.
  var members: [JSONValue.Member] { rate.map { [JSONValue.Member("rate", .integer(Int64($0)))] } ?? [] }
}
