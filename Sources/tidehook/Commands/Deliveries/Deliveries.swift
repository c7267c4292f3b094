// `tidehook deliveries`: what became of events.

import ArgumentParser
import TidehookCore

/// The commands on deliveries.
struct Deliveries: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See what became of events, and deliver them again.",
    subcommands: [DeliveriesList.self, DeliveriesGroups.self, DeliveriesShow.self, DeliveriesReplay.self, DeliveriesExport.self])
}

struct DeliveriesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List deliveries, the newest first.")

  @OptionGroup(title: "Filter") var filter: DeliveryFilterOptions
  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/deliveries", query: filter.query + page.query)
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
