// Adds up what became of the events of many batches.

import TidehookCore

/// What the server said of the batches so far.
struct BatchTally {
  /// More complaints than these are counted, not shown.
  private static let shownRejections = 20

  private var accepted = 0
  private var duplicates = 0
  private var rejected: [(place: Int, error: JSONValue)] = []

  /// How many events were answered.
  var count: Int { accepted + duplicates + rejected.count }

  /// Adds the answer to a batch.
  mutating func add(_ answer: JSONValue, for batch: EventBatch) {
    accepted += Int(answer["accepted"]?.integerValue ?? 0)
    duplicates += Int(answer["duplicates"]?.integerValue ?? 0)
    for rejection in answer["rejected"]?.elements ?? [] {
      let index = Int(rejection["index"]?.integerValue ?? 0)
      let place = batch.events.indices.contains(index) ? batch.events[index].place : index
      rejected.append((place, rejection["error"] ?? .null))
    }
  }

  /// Writes the sum to standard output and the complaints to standard error; fails when there are any.
  func report(asJSON: Bool) throws(CommandFailure) {
    if asJSON {
      let rows = rejected.map { JSONValue.object([.init("index", .integer(Int64($0.place - 1))), .init("error", $0.error)]) }
      let sum: JSONValue = ["accepted": .integer(Int64(accepted)), "duplicates": .integer(Int64(duplicates)), "rejected": .array(rows)]
      Terminal.standardOutput.writeLine(sum.bytes)
    } else {
      Terminal.standardOutput.write("accepted \(accepted), published before \(duplicates), rejected \(rejected.count)\n")
      for (place, error) in rejected.prefix(Self.shownRejections) {
        let message = error["message"]?.stringValue ?? error.plainText
        Terminal.standardError.write("event \(place): \(SafeText.line(message))\n")
      }
    }
    guard rejected.isEmpty else { throw CommandFailure(.refused, "\(rejected.count) of \(count) events were rejected") }
  }
}
