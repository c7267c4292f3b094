// `tidehook sources simulate`: a provider's request, signed, without the provider.

import ArgumentParser
import TidehookCore
import TidehookSigning

struct SourcesSimulate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Send a signed request as a provider would; the exit status is 0 when the answer is a 2xx.",
    discussion: """
      Providers and their events, of which the first is sent unless --event names another:
      \(SimulatedProvider.all.map { "  \($0.name): \($0.samples.map(\.event).joined(separator: ", "))" }.joined(separator: "\n"))

      With --source the request is signed as that source verifies, whatever the provider does.
      Where a provider signs with a private key, --secret is that key, and the source has the public one; --generate-key makes a pair.

      Examples:
        tidehook sources simulate github --source src_… --secret your-webhook-secret
        tidehook sources simulate stripe --event invoice.paid --secret whsec_… --to http://127.0.0.1:8420/in/src_…
      """)

  @Argument(help: "The provider, such as github.")
  var provider: String

  @Option(help: "The source's secret; the private key of providers that have one; \(SecretText.help).")
  var secret: String?

  @Option(help: ArgumentHelp("Where to send the request; any URL will do.", valueName: "url"))
  var to: String?

  @Option(help: ArgumentHelp("The source to send it to: src_….", valueName: "id"))
  var source: String?

  @Option(help: "Which event, as the provider calls it.")
  var event: String?

  @Option(help: ArgumentHelp("The body, in place of the built-in one; - is standard input.", valueName: "file"))
  var body: String?

  @Option(help: ArgumentHelp("Another header, NAME=VALUE; replaces a built-in one of its name; may be repeated.", valueName: "header"))
  var header: [String] = []

  @Flag(help: "Print a new pair of keys for this provider, and send nothing.")
  var generateKey = false

  @OptionGroup(title: "Verification") var verification: VerificationOptions
  @OptionGroup(title: "Server") var options: ClientOptions

  func validate() throws {
    guard !generateKey else { return }
    guard (to == nil) != (source == nil) else { throw ValidationError("Name either --to or --source, and not both.") }
  }

  func run() async throws {
    let provider = try SimulatedProvider.named(provider)
    guard !generateKey else { return try printKeyPair(of: provider) }
    let target = try await SimulationTarget(to: to, source: source, provider, verification, options)
    let secret = try self.secret.map { try SecretText.value($0, option: "--secret") }
    let request = try target.sign(try unsigned(provider, to: target), secret: secret)
    let answer = try await SimulatedExchange.send(request)
    SimulationView(request, answer).write(asJSON: options.json)
    guard (200..<300).contains(answer.status) else { throw ExitCode(CommandFailure.Status.refused.rawValue) }
  }

  /// The provider's request before it is signed.
  private func unsigned(_ provider: SimulatedProvider, to target: SimulationTarget) throws(CommandFailure) -> SimulatedRequest {
    let own = try body.map { file throws(CommandFailure) in try Input.file(file) }
    let sample = try provider.sample(event, hasBody: own != nil)
    var headers: [HeaderField] = []
    for text in header {
      let field = try HeaderText.split(text)
      headers.append(HeaderField(field.name, field.value))
    }
    return SimulatedRequest(provider, sample, body: own, headers: headers, url: target.url)
  }

  private func printKeyPair(of provider: SimulatedProvider) throws(CommandFailure) {
    let pair: KeyPair?
    do {
      pair = try KeyPair.generate(for: provider.scheme)
    } catch {
      throw CommandFailure(.refused, "cannot make keys: \(error)")
    }
    guard let pair else { throw CommandFailure(.usage, "\(provider.name) has no keys: both ends share a secret") }
    if options.json {
      let object: JSONValue = ["private_key": .string(pair.privateKey.revealed), "public_key": .string(pair.publicKey)]
      return Terminal.standardOutput.writeLine(object.bytes)
    }
    var facts = FactSheet()
    facts.add("private key", pair.privateKey.revealed, .accent)
    facts.add("public key", pair.publicKey, .accent)
    facts.write(to: Terminal.standardOutput)
    Terminal.standardError.write("the public key is the source's secret, the private key is this command's --secret\n")
  }
}

extension SimulatedProvider {
  /// The sample of an event; with a body of the user's own, the event may be any.
  fileprivate func sample(_ event: String?, hasBody: Bool) throws(CommandFailure) -> RequestSample {
    guard let event else { return samples[0] }
    if let sample = samples.first(where: { $0.event == event || $0.headerEvent == event }) { return sample }
    guard hasBody else {
      let known = samples.map(\.event).joined(separator: ", ")
      throw CommandFailure(.usage, "\(name) has no built-in event \(event), but \(known); any other needs --body")
    }
    return RequestSample(event, contentType: samples[0].contentType, "")
  }
}
