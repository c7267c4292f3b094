// `tidehook deliveries replay`: some deliveries by their ids, or all that a filter names.

import ArgumentParser
import TidehookCore

struct DeliveriesReplay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Deliver once more.",
    discussion: """
      Without ids it replays every delivery that the filter names, as a job: it says how many there are and asks before it begins.

      Example: tidehook deliveries replay --webhook wh_… --state dead --since 6h
      """)

  @Argument(help: ArgumentHelp("The deliveries' ids: dlv_….", valueName: "id"))
  var ids: [String] = []

  @Flag(help: "Run the webhook's revision and the plugins' versions of the first attempt, not those of now.")
  var original = false

  @Option(
    help: ArgumentHelp(
      "Run this revision of the webhook, with the plugins as they are now; for deliveries named by id.", valueName: "number"))
  var revision: Int?

  @OptionGroup(title: "Filter") var filter: ReplayFilterOptions
  @OptionGroup(title: "Replay") var job: ReplayRunOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    guard !original || revision == nil else { throw CommandFailure(.usage, "give --original or --revision, not both") }
    let versions = versions()
    let client = try options.client()
    guard ids.isEmpty else {
      guard filter.members.isEmpty, job.members.isEmpty, !job.preview else {
        throw CommandFailure(.usage, "name deliveries by their ids, or by a filter, not by both")
      }
      return try await replay(ids, .object(versions), client)
    }
    guard revision == nil else {
      throw CommandFailure(
        .usage, "--revision is for deliveries named by id: a filter's belong to several webhooks, or to several revisions")
    }
    guard !filter.members.isEmpty else {
      throw CommandFailure(
        .usage, "name deliveries by their ids, or by a filter such as --webhook or --since; --all is everything that is dead")
    }
    let members = filter.members + versions + job.members
    try await ReplayRun(client: client, path: "/v1/replays", members: members, options: job, json: options.json).run()
  }

  private func versions() -> [JSONValue.Member] {
    if let revision { return [JSONValue.Member("revision", .integer(Int64(revision)))] }
    return original ? [JSONValue.Member("revision", "original")] : []
  }

  private func replay(_ ids: [String], _ body: JSONValue, _ client: APIClient) async throws {
    var refused = 0
    for id in ids {
      do throws(CommandFailure) {
        let answer = try await client.call("POST", "/v1/deliveries/\(QueryString.escape(id))/replay", body: body.bytes)
        if options.json {
          Terminal.standardOutput.writeLine(answer)
        } else {
          Terminal.standardOutput.write("replaying \(id); follow it with `tidehook deliveries show \(id)`\n")
        }
      } catch {
        // One that cannot be replayed does not keep the others from it.
        guard error.status == .refused, ids.count > 1 else { throw error }
        refused += 1
        Terminal.standardError.write("tidehook: \(error)\n")
      }
    }
    if refused > 0 { throw CommandFailure(.refused, "\(refused) of \(ids.count) deliveries cannot be replayed") }
  }
}
