// `tidehook console`: who gets into the console, and who is in it.

import ArgumentParser
import TidehookCore

/// The commands on the console; without the name of one it makes a link.
struct ConsoleCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "console", abstract: "Print a link that signs in to the console once, see who is signed in, end sessions.",
    subcommands: [OpenConsole.self, ConsoleSessions.self, ConsoleEnd.self], defaultSubcommand: OpenConsole.self)
}

struct ConsoleSessions: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sessions", abstract: "List who is signed in: with this key, or with any for the admin key.")

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("GET", "/v1/console/sessions")
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    let rows = answer.value["data"]?.elements ?? []
    guard !rows.isEmpty else { return Terminal.standardError.write("nobody is signed in\n") }
    var table = Table(["ID", "KEY", "SIGNED IN", "LAST USED", "ENDS"])
    for row in rows {
      table.add(
        .init(row["id"]?.stringValue), .init(row["key"]?["name"]?.stringValue), .init(row.time("made_at")), .init(row.time("last_used_at")),
        .init(row.time("expires_at")))
    }
    table.write(to: Terminal.standardOutput)
  }
}

struct ConsoleEnd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "end", abstract: "End a session, which is refused at once.")

  @Argument(help: "The session's id: ses_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    _ = try await options.client().call("DELETE", "/v1/console/sessions/\(QueryString.escape(id))")
    if !options.json { Terminal.standardOutput.write("ended \(id)\n") }
  }
}
