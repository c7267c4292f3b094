// `tidehook events`: publishing and looking up.

import ArgumentParser
import TidehookCore

/// The commands on events.
struct Events: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Publish events, and look them up.", subcommands: [EventsSend.self, EventsList.self, EventsShow.self, EventsErase.self])
}

struct EventsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List events, the newest first.")

  @Option(help: ArgumentHelp("Only this type, or types like memory.*.", valueName: "type"))
  var event: String?

  @Option(help: ArgumentHelp("Only ids that begin like this.", valueName: "beginning"))
  var id: String?

  @Option(help: "Only payloads with this text.")
  var text: String?

  @Option(help: "Only this namespace.")
  var namespace: String?

  @OptionGroup(title: "Time") var times: TimeOptions
  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let filters = [("event", event), ("id", id), ("text", text), ("namespace", namespace)] + times.query
    let answer = try await options.client().json("GET", "/v1/events", query: filters + page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "EVENT", "NAMESPACE", "TIMESTAMP", "DATA"])
    for row in answer.rows {
      table.add(
        .init(row["id"]?.stringValue), .init(row["event"]?.stringValue, .accent), .init(row["namespace"]?.stringValue),
        .init(row.time("timestamp")), .init(row["data"].map(\.plainText), .dim))
    }
    page.write(table, answer, nothing: "no such events; publish one with `tidehook events send TYPE --data '{}'`")
  }
}

struct EventsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one event.")

  @Argument(help: "The event's id.")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/events/\(QueryString.escape(id))")
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    Terminal.standardOutput.write(JSONLayout.text(answer.value) + "\n")
  }
}
