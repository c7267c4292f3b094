// `tidehook webhooks pause` and `resume`.

import ArgumentParser
import TidehookCore

struct WebhooksPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Make a webhook inactive: its events are held until it is resumed.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let answer = try await options.client().json("PATCH", "/v1/webhooks/\(QueryString.escape(id))", body: ["active": false])
    WebhookView(answer, options).write()
  }
}

struct WebhooksResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Make a webhook active again; what was held is delivered, or skipped.")

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Flag(help: "Cancel what was held instead of delivering it.")
  var skipHeld = false

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let body: JSONValue = ["active": true, "held": skipHeld ? "skip" : "deliver"]
    let answer = try await options.client().json("PATCH", "/v1/webhooks/\(QueryString.escape(id))", body: body)
    WebhookView(answer, options).write()
  }
}
