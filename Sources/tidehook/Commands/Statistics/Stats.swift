// `tidehook stats`: what happened, and how the queues stand.

import ArgumentParser
import TidehookCore

/// Shows statistics.
struct Stats: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See what happened lately and how the queues stand, of the gateway or of one webhook.")

  @Argument(help: "The webhook's id, wh_…; without one, the whole gateway.")
  var id: String?

  @Option(help: ArgumentHelp("The width of a step of time, as in 1m, 15m, 1h, 1d.", valueName: "step"))
  var step: String?

  @OptionGroup(title: "Time") var times: TimeOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let path = id.map { "/v1/webhooks/\(QueryString.escape($0))/stats" } ?? "/v1/stats"
    let answer = try await options.client().json("GET", path, query: times.query + [("step", step)])
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    StatisticsView(answer.value).write(to: Terminal.standardOutput)
  }
}
