// `tidehook replays`: replays that run as jobs.

import ArgumentParser
import TidehookCore

/// The commands on replays.
struct Replays: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See replays of many deliveries, and stop them.",
    discussion: "Begin one with `tidehook deliveries replay` or `tidehook webhooks recover`.",
    subcommands: [ReplaysList.self, ReplaysShow.self, ReplaysCancel.self])
}

struct ReplaysList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List replays, the newest first.")

  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/replays", query: page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "STATE", "PROGRESS", "CREATED", "ENDED", "WEBHOOK", "STATES"], fixed: [0, 1])
    for row in answer.rows {
      let state = row["state"]?.stringValue ?? ""
      let states = [row.texts("states"), row["missing"]?.boolValue == true ? "missing" : ""].filter { !$0.isEmpty }
      table.add(
        .init(row["id"]?.stringValue), .init(state, ReplayView.style(ofState: state)), .init(ReplayView.progress(row)),
        .init(row.time("created_at")), .init(row.time("ended_at")), .init(row["webhook"]?.stringValue ?? "*"),
        .init(states.joined(separator: ",")))
    }
    page.write(table, answer, nothing: "no replays yet; begin one with `tidehook deliveries replay`")
  }
}

struct ReplaysShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a replay and how far it has come.")

  @Argument(help: "The replay's id: rpl_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/replays/\(QueryString.escape(id))")
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    ReplayView(answer.value).write(to: Terminal.standardOutput)
  }
}

struct ReplaysCancel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel", abstract: "Stop a replay; what it made due by then is delivered all the same.")

  @Argument(help: "The replay's id: rpl_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("POST", "/v1/replays/\(QueryString.escape(id))/cancel")
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    ReplayView(answer.value).write(to: Terminal.standardOutput)
  }
}
