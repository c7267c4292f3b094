// The options that describe a webhook's retry policy.

import ArgumentParser
import TidehookCore

/// The retry policy's options; the server says which of them go together.
struct RetryFields: ParsableArguments {
  @Option(help: ArgumentHelp("Tries after the first.", valueName: "count"))
  var maxRetries: Int?

  @Option(help: ArgumentHelp("The wait before the first retry.", valueName: "seconds"))
  var initialDelay: Double?

  @Option(help: ArgumentHelp("By how much each wait is longer than the one before.", valueName: "factor"))
  var multiplier: Double?

  @Option(help: ArgumentHelp("The longest wait.", valueName: "seconds"))
  var maxDelay: Double?

  @Option(help: ArgumentHelp("How far a wait may be moved either way, 0 to 1.", valueName: "fraction"))
  var jitter: Double?

  @Option(help: ArgumentHelp("The wait before each retry, separated by commas: 5,300,1800.", valueName: "seconds"))
  var retrySchedule: String?

  @Option(help: ArgumentHelp("A known schedule: rem, standard-webhooks, svix, none.", valueName: "name"))
  var retryPreset: String?

  @Option(
    help: ArgumentHelp(
      "Which answers are tried again, separated by commas: 5xx,408,429,'!501'; all but 2xx and 410 unless given.", valueName: "statuses"))
  var retryOn: String?

  @Option(help: ArgumentHelp("How long after it was accepted, replayed or resumed an event may be tried.", valueName: "seconds"))
  var giveUpAfter: Double?

  @Option(help: ArgumentHelp("The longest wait that a receiver may ask for.", valueName: "seconds"))
  var maxRetryAfter: Double?

  /// The request's `retry`; `nil` when no option was given.
  func member() throws(CommandFailure) -> JSONValue? {
    let fields: [(String, JSONValue?)] = [
      ("max_retries", maxRetries.map { .integer(Int64($0)) }),
      ("initial_delay_secs", initialDelay.map { .double($0) }),
      ("multiplier", multiplier.map { .double($0) }),
      ("max_delay_secs", maxDelay.map { .double($0) }),
      ("jitter", jitter.map { .double($0) }),
      ("schedule_secs", try schedule()),
      ("preset", retryPreset.map { .string($0) }),
      ("retry_on", retryOn.map { .array(Self.list($0).map { .string(String($0)) }) }),
      ("give_up_after_secs", giveUpAfter.map { .double($0) }),
      ("max_retry_after_secs", maxRetryAfter.map { .double($0) }),
    ]
    let members = fields.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
    return members.isEmpty ? nil : .object(members)
  }

  private func schedule() throws(CommandFailure) -> JSONValue? {
    guard let retrySchedule else { return nil }
    var waits: [JSONValue] = []
    for text in Self.list(retrySchedule) {
      guard let wait = Double(text), wait.isFinite else {
        throw CommandFailure(.usage, "--retry-schedule: expected seconds like 5,300,1800, got \(retrySchedule)")
      }
      waits.append(.double(wait))
    }
    return .array(waits)
  }

  private static func list(_ text: String) -> [Substring] { text.split(separator: ",") }
}
