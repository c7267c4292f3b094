// `tidehook sources`: inbound endpoints.

import ArgumentParser
import TidehookCore

/// The commands on sources.
struct Sources: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take webhooks of other systems in as events: sources, what they received, and requests to try them with.",
    subcommands: [
      SourcesAdd.self, SourcesList.self, SourcesShow.self, SourcesUpdate.self, SourcesRemove.self, SourcesRequests.self, SourcesRerun.self,
      SourcesSimulate.self,
    ])

  /// The path of a source in the API.
  static func path(_ id: String) -> String { "/v1/sources/\(QueryString.escape(id))" }
}

struct SourcesAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a source.",
    discussion: """
      Its URL is the server's address followed by /in/ and the source's id; give it to the provider.

      Examples:
        tidehook sources add github --plugin from-github --secret your-webhook-secret
        tidehook sources add acme --scheme hmac --signature-header X-Acme-Signature --prefix sha256= --secret your-webhook-secret
      """)

  @Argument(help: "What people call it; without code its events are called source.NAME. A plugin brings a name of its own.")
  var name: String?

  @OptionGroup(title: "Source") var fields: SourceFields
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let members = (name.map { [.init("name", .string($0))] } ?? []) + (try fields.members())
    let answer = try await options.client().json("POST", "/v1/sources", body: .object(members))
    SourceView(answer, options).write()
  }
}

struct SourcesList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the sources.")

  @OptionGroup(title: "Page") var page: PageOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/sources", query: page.query)
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    var table = Table(["ID", "ACTIVE", "NAME", "VERIFIES", "CODE", "NAMESPACE"])
    for row in answer.rows {
      let isActive = row["active"]?.boolValue ?? true
      table.add(
        .init(row["id"]?.stringValue), .init(isActive ? "yes" : "no", isActive ? .good : .waiting), .init(row["name"]?.stringValue),
        .init(row["verify"]?["scheme"]?.stringValue), .init(SourceView.code(of: row)), .init(row["namespace"]?.stringValue ?? "*"))
    }
    page.write(table, answer, nothing: "no sources yet; add one with `tidehook sources add NAME`")
  }
}

struct SourcesShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one source.")

  @Argument(help: "The source's id: src_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    SourceView(try await options.client().json("GET", Sources.path(id)), options).write()
  }
}

struct SourcesUpdate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Change a source; what is not named stays as it is.",
    discussion: "Options of verification, of dedupe and of the rate each replace what was there as a whole.")

  @Argument(help: "The source's id: src_….")
  var id: String

  @Option(help: "The new name.")
  var name: String?

  @Option(help: ArgumentHelp("Set these back to what a new source has, as in dedupe,rate_limit.", valueName: "fields"))
  var reset: [String] = []

  @OptionGroup(title: "Source") var fields: SourceFields
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let name = name.map { [JSONValue.Member("name", .string($0))] } ?? []
    let defaults = reset.flatMap { $0.split(separator: ",") }.map { JSONValue.Member(String($0), .null) }
    let members = name + (try fields.members()) + defaults
    guard !members.isEmpty else { throw CommandFailure(.usage, "nothing to change: name at least one option, such as --secret") }
    SourceView(try await options.client().json("PATCH", Sources.path(id), body: .object(members)), options).write()
  }
}

struct SourcesRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a source with the requests that it kept; its events stay.")

  @Argument(help: "The source's id: src_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    _ = try await options.client().call("DELETE", Sources.path(id))
    if !options.json { Terminal.standardOutput.write("removed \(id)\n") }
  }
}
