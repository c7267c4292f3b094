// `tidehook webhooks revisions`, `diff` and `rollback`: what a webhook was like before, and the way back.

import ArgumentParser
import TidehookCore

struct WebhooksRevisions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revisions", abstract: "List the revisions of a webhook, the newest first, or show one.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Argument(help: "The number of the revision to show.")
  var revision: Int?

  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let path = "/v1/webhooks/\(QueryString.escape(id))/revisions"
    if let revision { return try await show("\(path)/\(revision)") }
    let answer = try await options.client().json("GET", path, query: page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["REVISION", "CREATED", "MADE BY", "CHANGED"])
    for row in answer.rows {
      let changed = row["changed"]?.elements == nil ? "first revision" : row.texts("changed")
      table.add(
        .init(row["revision"]?.plainText, .bold), .init(row.time("created_at")), .init(row["made_by"]?.stringValue), .init(changed))
    }
    page.write(table, answer, nothing: "no more revisions")
  }

  private func show(_ path: String) async throws {
    let answer = try await options.client().json("GET", path)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    Terminal.standardOutput.write(JSONLayout.text(answer.value) + "\n")
  }
}

struct WebhooksDiff: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Show what changed from one revision of a webhook to another.",
    discussion: "Without revisions it shows the last change.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Argument(help: "The revision to start from; the one before the other unless given.")
  var from: Int?

  @Argument(help: "The revision to end with; the newest unless given.")
  var to: Int?

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let query = [("from", from.map(String.init)), ("to", to.map(String.init))]
    let answer = try await options.client().json("GET", "/v1/webhooks/\(QueryString.escape(id))/revisions/diff", query: query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    RevisionDiffView(answer.value).write(to: Terminal.standardOutput)
  }
}

struct WebhooksRollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback", abstract: "Give a webhook the configuration of an earlier revision; its secret stays.",
    discussion: "The result is a new revision, so that a rollback can itself be rolled back.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Argument(help: "The revision to go back to.")
  var revision: Int

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let body: JSONValue = ["revision": .integer(Int64(revision))]
    let answer = try await options.client().json("POST", "/v1/webhooks/\(QueryString.escape(id))/rollback", body: body)
    WebhookView(answer, options).write()
  }
}
