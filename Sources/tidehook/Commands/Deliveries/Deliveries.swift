// `tidehook deliveries`: what became of events.

import ArgumentParser
import TidehookCore

/// The commands on deliveries.
struct Deliveries: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See what became of events, and deliver them again.",
    subcommands: [DeliveriesList.self, DeliveriesShow.self, DeliveriesReplay.self])
}

struct DeliveriesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List deliveries, the newest first.")

  @Option(help: "Only this state: pending, retrying, delivered, filtered, dead, held, cancelled.")
  var state: String?

  @Option(help: ArgumentHelp("Only those of this webhook.", valueName: "id"))
  var webhook: String?

  @Option(help: ArgumentHelp("Only those of this event, or of events of this type.", valueName: "id-or-type"))
  var event: String?

  @OptionGroup(title: "Time") var times: TimeOptions
  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let filters = [("state", state), ("webhook", webhook), ("event", event)] + times.query
    let answer = try await options.client().json("GET", "/v1/deliveries", query: filters + page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "STATE", "TRIES", "REASON", "CREATED", "NEXT TRY", "EVENT", "WEBHOOK"], fixed: [0, 1])
    for row in answer.rows {
      let state = row["state"]?.stringValue ?? ""
      table.add(
        .init(row["id"]?.stringValue), .init(state, DeliveryView.style(ofState: state)), .init(row["attempt_count"]?.plainText),
        .init(row["reason"]?.stringValue?.split(separator: "\n").first.map(String.init)), .init(row.time("created_at")),
        .init(row.time("next_attempt_at")), .init(row["event_id"]?.stringValue), .init(row["webhook_id"]?.stringValue))
    }
    page.write(table, answer, nothing: "no such deliveries")
  }
}

struct DeliveriesShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one delivery with each of its attempts.")

  @Argument(help: "The delivery's id: dlv_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/deliveries/\(QueryString.escape(id))")
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    DeliveryView(answer.value).write(to: Terminal.standardOutput)
  }
}
