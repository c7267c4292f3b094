// `tidehook deliveries groups`: what is dead, by webhook and cause.

import ArgumentParser
import TidehookCore

struct DeliveriesGroups: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "Show dead deliveries by webhook and cause, the most first.",
    discussion: "Example: tidehook deliveries groups --state dead,retrying")

  @Option(help: "Which states, with commas in between: dead (unless given), retrying, held.")
  var state: String?

  @Option(help: ArgumentHelp("Only those of this webhook.", valueName: "id"))
  var webhook: String?

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json(
      "GET", "/v1/deliveries/groups", query: [("state", state), ("webhook", webhook)])
    guard !options.json else { return Terminal.standardOutput.writeLine(answer.bytes) }
    guard !answer.rows.isEmpty else { return Terminal.standardError.write("no such deliveries\n") }
    var table = Table(["COUNT", "STATE", "FAILURE", "WEBHOOK", "NAME", "FIRST", "LAST", "EXAMPLE", "REASON"], fixed: [0, 1, 2])
    for row in answer.rows {
      let state = row["state"]?.stringValue ?? ""
      let more = row["at_least"]?.boolValue == true ? "+" : ""
      table.add(
        .init((row["count"]?.plainText ?? "") + more), .init(state, DeliveryView.style(ofState: state)), .init(failure(row)),
        .init(row["webhook_id"]?.stringValue), .init(row["webhook_name"]?.stringValue), .init(row.time("first_at")),
        .init(row.time("last_at")), .init(row["example"]?["id"]?.stringValue),
        .init(row["example"]?["reason"]?.stringValue?.split(separator: "\n").first.map(String.init)))
    }
    table.write(to: Terminal.standardOutput)
  }

  /// The kind, with the statuses of the newest: `status (500, 404)`.
  private func failure(_ row: JSONValue) -> String? {
    let statuses = row["statuses"]?.elements?.compactMap { $0["status"]?.plainText } ?? []
    guard let kind = row["failure"]?.stringValue, !statuses.isEmpty else { return row["failure"]?.stringValue }
    return "\(kind) (\(statuses.joined(separator: ", ")))"
  }
}
