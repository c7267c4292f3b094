// `tidehook webhooks`: registrations.

import ArgumentParser
import TidehookCore

/// The commands on webhooks.
struct Webhooks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Register webhooks, see them, change them, remove them.",
    subcommands: [
      WebhooksAdd.self, WebhooksList.self, WebhooksShow.self, WebhooksUpdate.self, WebhooksRemove.self, WebhooksRevisions.self,
      WebhooksDiff.self, WebhooksRollback.self, WebhooksPause.self, WebhooksResume.self, WebhooksTest.self, WebhooksRecover.self,
      WebhooksRotateSecret.self,
    ])
}

struct WebhooksAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Register a webhook.",
    discussion: """
      Without --events it gets events of every type.

      Example: tidehook webhooks add https://your-app.com/hook --events memory.created,memory.deleted --script filter.lua
      """)

  @Argument(
    help: "Where deliveries go: an http or https URL, or a database: sqlite:NAME.db, postgres://…; or @FILE, or - for standard input.")
  var url: String

  @OptionGroup(title: "Webhook") var fields: WebhookFields
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let members =
      [JSONValue.Member("url", .string(try SecretText.value(url, option: "the URL")))] + (try fields.members(defaultEvents: ["*"]))
    let answer = try await options.client().json("POST", "/v1/webhooks", body: .object(members))
    WebhookView(answer, options).write()
  }
}

struct WebhooksList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the webhooks.")

  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/webhooks", query: page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "ACTIVE", "EVENTS", "NAMESPACE", "URL", "NAME"])
    for row in answer.rows {
      let state = WebhookView.state(row)
      table.add(
        .init(row["id"]?.stringValue), .init(state.text, state.style), .init(row.texts("events")),
        .init(row["namespace"]?.stringValue ?? "*"), .init(row["url"]?.stringValue), .init(row["name"]?.stringValue, .dim))
    }
    page.write(table, answer, nothing: "no webhooks yet; add one with `tidehook webhooks add URL`")
  }
}

struct WebhooksShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one webhook.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    WebhookView(try await options.client().json("GET", "/v1/webhooks/\(QueryString.escape(id))"), options).write()
  }
}

struct WebhooksUpdate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Change a webhook; what is not named stays as it is.",
    discussion: """
      That holds for the parts of a setting, too: --header adds a header or replaces the one of that name, --breaker-open changes that number
      alone. --remove-header takes a header away, none a certificate, --reset a setting as a whole: headers, tls, breaker, batch, auto_disable.

      Example: tidehook webhooks update wh_… --header X-Team=b --remove-header X-Old --breaker-open 60
      """)

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Option(help: "The new target; @FILE, or - for standard input, keeps a password in it out of the list of processes.")
  var url: String?

  @Option(help: ArgumentHelp("Set these back to what a new webhook has, as in script,namespace.", valueName: "fields"))
  var reset: [String] = []

  @Option(help: ArgumentHelp("Take a header away, a secret one or not; may be repeated.", valueName: "name"))
  var removeHeader: [String] = []

  @OptionGroup(title: "Webhook") var fields: WebhookFields
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    var target: [JSONValue.Member] = []
    if let url { target.append(.init("url", .string(try SecretText.value(url, option: "--url")))) }
    let defaults = reset.flatMap { $0.split(separator: ",") }.map { JSONValue.Member(String($0), .null) }
    let changes = WebhookMerge(target + (try fields.members(isUpdate: true)), removedHeaders: removeHeader)
    guard !changes.isEmpty || !defaults.isEmpty else {
      throw CommandFailure(.usage, "nothing to change: name at least one option, such as --events")
    }
    let (client, path) = (try options.client(), "/v1/webhooks/\(QueryString.escape(id))")
    let answer =
      if changes.needsCurrent {
        try await merge(changes, defaults, client, path)
      } else {
        try await client.json("PATCH", path, body: .object(changes.members + defaults))
      }
    WebhookView(answer, options).write()
  }

  /// How often it reads the webhook anew when others change it in between.
  private static let merges = 10

  /// Changes parts of settings, of the webhook as it is.
  private func merge(
    _ changes: WebhookMerge, _ defaults: [JSONValue.Member], _ client: APIClient, _ path: String
  ) async throws(CommandFailure) -> JSONAnswer {
    var count = 1
    while true {
      let current = try await client.json("GET", path).value
      let members = try changes.merged(into: current)
      do throws(CommandFailure) {
        return try await client.json(
          "PATCH", path, body: .object(members + defaults), if: current["revision"].map { "\"\($0.plainText)\"" })
      } catch {
        guard error.isOutdated, count < Self.merges else { throw error }
        count += 1
      }
    }
  }
}

struct WebhooksRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a webhook; what it has not delivered is cancelled.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    _ = try await options.client().call("DELETE", "/v1/webhooks/\(QueryString.escape(id))")
    if !options.json { Terminal.standardOutput.write("removed \(id)\n") }
  }
}
