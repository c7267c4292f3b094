// `tidehook webhooks rotate-secret`: another secret, and some time for receivers to take it.

import ArgumentParser
import TidehookCore

struct WebhooksRotateSecret: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate-secret", abstract: "Replace the secret of a webhook, or its key pair; the one before signs on for a while.",
    discussion: """
      Without --secret and --signing-key Tidehook makes what the webhook's schemes use, and shows the secret this once.

      Example: tidehook webhooks rotate-secret wh_01… --overlap 2d
      """)

  @Argument(help: "The webhook's id: wh_….")
  var id: String

  @Option(help: "The secret that comes; only this is replaced then; \(SecretText.help).")
  var secret: String?

  @Option(help: "The whsk_ private key that comes; only this is replaced then; likewise.")
  var signingKey: String?

  @Option(help: ArgumentHelp("How long both sign, 0s to 7d, as in 90m; 0s ends the old one at once (default: 24h).", valueName: "time"))
  var overlap: TimeSpan?

  @OptionGroup(title: "Server") var options: ClientOptions

  func run() async throws {
    let secret = try self.secret.map { try SecretText.value($0, option: "--secret") }
    let signingKey = try self.signingKey.map { try SecretText.value($0, option: "--signing-key") }
    let fields: [(String, JSONValue?)] = [
      ("secret", secret.map { .string($0) }), ("signing_key", signingKey.map { .string($0) }),
      ("overlap_secs", overlap.map { .integer($0.seconds) }),
    ]
    let body = JSONValue.object(fields.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
    let answer = try await options.client().json("POST", "/v1/webhooks/\(QueryString.escape(id))/secret/rotate", body: body)
    WebhookView(answer, options).write()
  }
}
