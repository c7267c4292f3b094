// `tidehook webhooks test`: sends a sample, and shows what came of it.

import ArgumentParser
import TidehookCore

struct WebhooksTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Send a sample to a webhook, active or not, and show the attempt.",
    discussion: """
      It goes through the whole pipeline, is signed, and has the header X-Tidehook-Test: true; nothing of it is stored. Ends with 1 when it fails.

      Example: tidehook webhooks test wh_… --event memory.updated
      """)

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Option(help: "The type of the sample; the first that the webhook names unless given, else memory.created.")
  var event: String?

  @Option(help: ArgumentHelp("The event's data as JSON, instead of a sample.", valueName: "json"))
  var content: String?

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let members = (event.map { [JSONValue.Member("event", .string($0))] } ?? []) + (try dataMember())
    let answer = try await options.client().json("POST", "/v1/webhooks/\(QueryString.escape(id))/test", body: .object(members))
    let outcome = answer.value["outcome"]?.stringValue ?? ""
    if options.json {
      Terminal.standardOutput.writeLine(answer.bytes)
    } else {
      write(answer.value, outcome)
    }
    if outcome == "failed" {
      throw CommandFailure(.refused, "the test failed: \(answer.value["reason"]?.stringValue ?? "no reason given")")
    }
  }

  private func dataMember() throws(CommandFailure) -> [JSONValue.Member] {
    guard let content else { return [] }
    do {
      return [JSONValue.Member("data", try JSONValue(parsing: Array(content.utf8)))]
    } catch {
      throw CommandFailure(.usage, "--content is not JSON: \(error)")
    }
  }

  private func write(_ answer: JSONValue, _ outcome: String) {
    var facts = FactSheet()
    facts.add("outcome", outcome, outcome == "delivered" ? .good : outcome == "failed" ? .bad : .dim)
    facts.add("reason", answer["reason"]?.stringValue)
    facts.add(
      "event", [answer["event"]?["event"]?.stringValue, answer["event"]?["id"]?.stringValue].compactMap { $0 }.joined(separator: " "))
    facts.write(to: Terminal.standardOutput)
    if let attempt = answer["attempt"] { DeliveryView(answer).write(attempt, to: Terminal.standardOutput) }
  }
}
