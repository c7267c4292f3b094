// `tidehook sources requests` and `rerun`: what a source received, and once more.

import ArgumentParser
import TidehookCore

struct SourcesRequests: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requests", abstract: "List the requests that a source received, the newest first, or show one.",
    discussion: "Example: tidehook sources requests src_… --state rejected")

  @Argument(help: "The source's id: src_….")
  var id: String

  @Argument(help: "The id of the request to show: req_….")
  var request: String?

  @Option(help: "Only this state: accepted, rejected, duplicate, answered.")
  var state: String?

  @OptionGroup(title: "Time") var times: TimeOptions
  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let path = Sources.path(id) + "/requests"
    if let request { return try await show("\(path)/\(QueryString.escape(request))") }
    let answer = try await options.client().json("GET", path, query: [("state", state)] + times.query + page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "STATE", "RECEIVED", "ANSWER", "EVENTS", "REASON"], fixed: [0, 1])
    for row in answer.rows {
      let state = row["state"]?.stringValue ?? ""
      table.add(
        .init(row["id"]?.stringValue), .init(state, RequestView.style(ofState: state)), .init(row.time("received_at")),
        .init(row["status"]?.plainText), .init(row["event_count"]?.plainText), .init(row["reason"]?.stringValue))
    }
    page.write(table, answer, nothing: "no such requests")
  }

  private func show(_ path: String) async throws {
    let answer = try await options.client().json("GET", path)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    RequestView(answer.value).write(to: Terminal.standardOutput)
  }
}

struct SourcesRerun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun", abstract: "Take a request in once more, with the source's secrets and code as they are now.",
    discussion: "Exits with 1 when it is rejected again.")

  @Argument(help: "The source's id: src_….")
  var id: String

  @Argument(help: "The request's id: req_….")
  var request: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let path = "\(Sources.path(id))/requests/\(QueryString.escape(request))/rerun"
    let answer = try await options.client().json("POST", path, body: [:])
    if options.json {
      Terminal.standardOutput.writeLine(answer.bytes)
    } else {
      RequestView(answer.value).write(to: Terminal.standardOutput)
    }
    if answer.value["state"]?.stringValue == "rejected" { throw ExitCode.failure }
  }
}
