// The options that describe a webhook's breaker.

import ArgumentParser
import TidehookCore

/// The breaker's options.
struct BreakerFields: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Whether nothing is attempted for a while when the receiver fails.")
  var breaker: Bool?

  @Option(help: ArgumentHelp("Which share of the attempts must fail to open the breaker, 0.7 unless given.", valueName: "fraction"))
  var breakerRate: Double?

  @Option(help: ArgumentHelp("How far back attempts count for it, 60 unless given.", valueName: "seconds"))
  var breakerWindow: Int?

  @Option(help: ArgumentHelp("How many attempts there must be in that time, 10 unless given.", valueName: "count"))
  var breakerAttempts: Int?

  @Option(help: ArgumentHelp("How long nothing is attempted before it is tried again, 30 unless given.", valueName: "seconds"))
  var breakerOpen: Int?

  /// The request's `breaker`; `nil` when no option was given.
  func member() -> JSONValue? {
    let settings: [(String, JSONValue?)] = [
      ("failure_rate", breakerRate.map { .double($0) }), ("window_secs", breakerWindow.map { .integer(Int64($0)) }),
      ("min_attempts", breakerAttempts.map { .integer(Int64($0)) }), ("open_secs", breakerOpen.map { .integer(Int64($0)) }),
    ]
    let members = settings.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
    if members.isEmpty { return breaker.map { $0 ? .object([]) : .null } }
    return breaker == false ? .null : .object(members)
  }
}
