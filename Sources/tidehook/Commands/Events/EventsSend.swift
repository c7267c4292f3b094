// `tidehook events send`: one event from the command line, or any number from a file or a pipe.

import ArgumentParser
import TidehookCore

struct EventsSend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Publish one event, or many.",
    discussion: """
      With a type, one event is published whose data is --data, --file, or standard input.
      Without one, --file or standard input holds whole events: one JSON object, a JSON array, or one object to a line (NDJSON).
      Events as `events show --json` prints them are taken, too; what Tidehook added to them is left out.

      Examples:
        tidehook events send memory.created --data '{"content":"We decided to use Redis for caching"}'
        tidehook events send --file events.ndjson
      """)

  @Argument(help: "The event's type, such as memory.created.")
  var type: String?

  @Option(help: ArgumentHelp("The event's data: a JSON object. (The server's data folder is named by TIDEHOOK_DATA.)", valueName: "json"))
  var data: String?

  @Option(help: ArgumentHelp("Where data or events are read from; - is standard input.", valueName: "file"))
  var file: String?

  @Option(help: "The event's id; Tidehook makes one when there is none.")
  var id: String?

  @Option(help: "The event's namespace.")
  var namespace: String?

  @OptionGroup(title: "Server") var options: ServerOptions

  func validate() throws {
    if data != nil && file != nil { throw ValidationError("Name --data or --file, not both.") }
    guard type == nil else { return }
    if data != nil { throw ValidationError("--data needs the event's type: tidehook events send TYPE --data '{…}'.") }
    if id != nil || namespace != nil { throw ValidationError("--id and --namespace need the event's type; whole events carry their own.") }
  }

  func run() async throws {
    let client = try options.client()
    if let type {
      try await send(event(of: type), through: client)
    } else {
      try await sendAll(from: EventReader(try input()), through: client)
    }
  }

  private func input() throws(CommandFailure) -> Input {
    let input = try Input(path: file ?? "-")
    if input.isTerminal {
      throw CommandFailure(.usage, "nothing to send: name a type and --data, or --file, or pipe events into standard input")
    }
    return input
  }

  /// The request that publishes one event whose data was given apart.
  private func event(of type: String) throws(CommandFailure) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in [("id", id), ("event", type), ("namespace", namespace)] {
      guard let value else { continue }
      writer.key(name)
      writer.string(value)
    }
    writer.key("data")
    writer.raw(try JSONText.checked(try dataText(), called: "the data"))
    writer.endObject()
    return writer.bytes
  }

  private func dataText() throws(CommandFailure) -> [UInt8] {
    if let data { return Array(data.utf8) }
    return try input().rest()
  }

  private func send(_ event: [UInt8], through client: APIClient) async throws(CommandFailure) {
    let bytes = try await client.call("POST", "/v1/events", body: event)
    guard !options.json else { return Terminal.standardOutput.writeLine(bytes) }
    let answer = try JSONAnswer(bytes, from: "the server").value
    let deliveries = answer["deliveries"]?.integerValue ?? 0
    let noun = deliveries == 1 ? "delivery" : "deliveries"
    let outcome = answer["duplicate"]?.boolValue == true ? "was published before; it is not delivered again" : "\(deliveries) \(noun)"
    Terminal.standardOutput.write("\(SafeText.line(answer["id"]?.stringValue ?? "?"))  \(outcome)\n")
  }

  private func sendAll(from reader: consuming EventReader, through client: APIClient) async throws(CommandFailure) {
    var tally = BatchTally()
    var progress = ProgressBar(total: reader.size)
    while let batch = try reader.nextBatch() {
      if tally.count == 0, reader.isAtEnd, batch.events.count == 1 { return try await send(batch.events[0].bytes, through: client) }
      do throws(CommandFailure) {
        let answer = try await client.call("POST", "/v1/events/batch", body: batch.ndjson, contentType: "application/x-ndjson")
        tally.add(try JSONAnswer(answer, from: "the server").value, for: batch)
      } catch {
        progress.clear()
        throw CommandFailure(error.status, "\(error) (after \(tally.count) events)")
      }
      progress.update(done: batch.end, count: tally.count)
    }
    progress.clear()
    guard tally.count > 0 else { throw CommandFailure(.usage, "nothing to send: the input holds no event") }
    try tally.report(asJSON: options.json)
  }
}
