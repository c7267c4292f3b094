// The options that say how a webhook collects its events.

import ArgumentParser
import TidehookCore

/// The options of `batch`.
struct BatchFields: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Collect events: so many at once, or fewer when the first has waited for so many seconds: 50/300; off to stop.",
      valueName: "count/seconds"))
  var batch: String?

  @Option(
    help: ArgumentHelp(
      "Collect only events together that have the same value there, as in data.user_id; none for all together.", valueName: "path"))
  var batchKey: String?

  /// The request's `batch`; `nil` when no option was given.
  /// - Parameter isUpdate: whether the key may come alone.
  func member(isUpdate: Bool) throws(CommandFailure) -> JSONValue? {
    let key = batchKey.map { [JSONValue.Member("key", $0 == "none" ? .null : .string($0))] } ?? []
    guard let batch else {
      if isUpdate, batchKey != nil { return .object(key) }
      if batchKey != nil { throw CommandFailure(.usage, "--batch-key goes with --batch") }
      return nil
    }
    if batch == "off", batchKey == nil { return .null }
    let parts = batch.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let count = Int64(parts[0]), let seconds = Double(parts[1]), seconds.isFinite else {
      throw CommandFailure(.usage, "--batch: expected COUNT/SECONDS like 50/300, or off, got \(batch)")
    }
    return .object([.init("max_events", .integer(count)), .init("max_wait_secs", .double(seconds))] + key)
  }
}
