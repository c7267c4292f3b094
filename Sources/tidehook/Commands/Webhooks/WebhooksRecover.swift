// `tidehook webhooks recover`: everything that a webhook did not get.

import ArgumentParser
import TidehookCore

struct WebhooksRecover: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Deliver everything of a webhook since a time that is dead or missing.",
    discussion: """
      Missing is what the webhook wants as it is now and has no delivery for, as from before it was made. It says how much there is and asks
      before it begins.

      Example: tidehook webhooks recover wh_… --since 6h
      """)

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Option(help: ArgumentHelp("From when on: as in 2026-04-13T10:30:00Z, or how long ago, as in 6h.", valueName: "time"))
  var since: String

  @Option(help: ArgumentHelp("Only before this time, written likewise.", valueName: "time"))
  var until: String?

  @Option(help: ArgumentHelp("Deliveries in these states (default: dead): filtered, cancelled, delivered, retrying.", valueName: "states"))
  var state: [String] = []

  @Option(help: ArgumentHelp("Only events of these types, as in memory.created or memory.*.", valueName: "types"))
  var type: [String] = []

  @Flag(inversion: .prefixedNo, help: "Whether missing deliveries are made.")
  var missing = true

  @OptionGroup(title: "Replay") var job: ReplayRunOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let members = [JSONValue.Member](given: [
      ("since", .string(since)), ("until", until.map(JSONValue.string)), ("states", ReplayFilterOptions.list(state)),
      ("types", ReplayFilterOptions.list(type)), ("missing", missing ? nil : false),
    ])
    let path = "/v1/webhooks/\(QueryString.escape(id))/recover"
    try await ReplayRun(client: try options.client(), path: path, members: members + job.members, options: job, json: options.json).run()
  }
}
