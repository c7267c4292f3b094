// `tidehook events erase`: what GDPR, article 17, asks for.

import ArgumentParser
import Glibc
import TidehookCore

struct EventsErase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erase an event's content for good, and all that was derived from it.",
    discussion: """
      Its payload, what its deliveries sent and were answered, logs, and the requests of sources that made it are overwritten. What has not \
      been delivered yet is cancelled. That there was the event, and what became of it, stays known.
      """)

  @Argument(help: "The event's id.")
  var id: String

  @Flag(name: .shortAndLong, help: "Erase without asking.")
  var yes = false

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    guard try isWanted() else { return }
    _ = try await options.client().call("DELETE", "/v1/events/\(QueryString.escape(id))/content")
    if !options.json { Terminal.standardOutput.write("erased the content of \(SafeText.line(id))\n") }
  }

  /// Whether the person at the terminal wants it; without one, `--yes` must say so.
  private func isWanted() throws(CommandFailure) -> Bool {
    guard !yes else { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandFailure(.usage, "the content of \(SafeText.line(id)) would be erased for good; say --yes")
    }
    Terminal.standardError.write("Erase the content of \(SafeText.line(id)) for good? [y/N] ")
    let answer = readLine()?.lowercased() ?? ""
    return answer == "y" || answer == "yes"
  }
}
