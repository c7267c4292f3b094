// `tidehook deliveries export`: deliveries as lines of JSON, as many as there are.

import ArgumentParser
import TidehookCore

struct DeliveriesExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write deliveries as lines of JSON, each with its event and its last attempt.",
    discussion: """
      Each line is {"cursor", "delivery", "event", "attempt"}; an export that was broken off goes on behind the cursor of its last line.

      Example: tidehook deliveries export --state dead --since 7d > dead.ndjson
      """)

  @OptionGroup(title: "Filter") var filter: DeliveryFilterOptions

  @Option(help: ArgumentHelp("How many at most (default: all).", valueName: "count"))
  var limit: Int?

  @Option(help: ArgumentHelp("Where to go on: the cursor of the last line that is there.", valueName: "cursor"))
  var cursor: String?

  @OptionGroup(title: "Server") var options: ClientOptions

  /// How many lines one request brings; fewer where they are longer than an answer may be.
  private static let lines = [200, 10, 1]

  func run() async throws {
    let client = try options.client()
    var (left, cursor) = (limit ?? .max, cursor)
    while left > 0 {
      let part = try await next(min(left, Self.lines[0]), from: cursor, client)
      Terminal.standardOutput.write(part.bytes)
      left -= part.count
      guard !part.isLast, let last = part.cursor else { return }
      cursor = last
    }
  }

  private struct Part {
    var bytes: [UInt8]
    /// How many lines.
    var count: Int
    /// The cursor of the last line.
    var cursor: String?
    var isLast: Bool
  }

  /// The next lines, fewer of them when so many are more than an answer may hold.
  private func next(_ wanted: Int, from cursor: String?, _ client: APIClient) async throws(CommandFailure) -> Part {
    for most in Self.lines {
      let count = min(wanted, most)
      let query = filter.query + [("max", "\(count)"), ("cursor", cursor)]
      let answer = try await client.lines("/v1/deliveries/export", query: query)
      guard answer.isWhole else { continue }
      let lines = answer.bytes.split(separator: UInt8(ascii: "\n"))
      let last = lines.last.flatMap { try? JSONValue(parsing: Array($0), maximumDepth: 160) }?["cursor"]?.stringValue
      return Part(bytes: answer.bytes, count: lines.count, cursor: last, isLast: lines.count < count)
    }
    throw CommandFailure(.refused, "the next delivery is longer than 64 MiB")
  }
}

/// Which deliveries.
struct DeliveryFilterOptions: ParsableArguments {
  @Option(help: "Only these states, with commas in between: pending, retrying, delivered, filtered, dead, held, cancelled.")
  var state: String?

  @Option(
    help: ArgumentHelp("Only dead and retrying ones whose last attempt failed like this, as in timeout or status.", valueName: "kind"))
  var failure: String?

  @Option(help: ArgumentHelp("Only those of this webhook.", valueName: "id"))
  var webhook: String?

  @Option(help: ArgumentHelp("Only those of this event, or of events of this type.", valueName: "id-or-type"))
  var event: String?

  @Option(help: ArgumentHelp("In which order: newest (unless given) or oldest first.", valueName: "order"))
  var order: String?

  @OptionGroup var times: TimeOptions

  /// The filter as query parameters.
  var query: [(String, String?)] {
    [("state", state), ("failure", failure), ("webhook", webhook), ("event", event), ("order", order)] + times.query
  }
}
