// `tidehook sign`: the headers that Tidehook would send with a body.

import ArgumentParser
import TidehookCore
import TidehookSigning

struct Sign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the signature headers for a body.",
    discussion:
      "Without --scheme those of rem and standard, or with a whsk_ key of standard-ed25519. Example: printf '{\"id\":\"evt_1\"}' | tidehook sign --secret your-webhook-secret"
  )

  @OptionGroup var options: SignatureOptions

  @Option(help: "The event's id, which the standard schemes sign (default: the body's member \"id\").")
  var id: String?

  @Option(help: ArgumentHelp("When the request is made, in Unix seconds (default: now).", valueName: "seconds"))
  var timestamp: Int64?

  func run() async throws {
    let body = try options.body()
    let secret = try options.signingSecret()
    let schemes = try options.schemes(usual: secret.isKey ? [.standardEd25519] : SigningScheme.defaults)
    let headers: [SignatureHeader]
    do {
      let key = secret.isKey ? try SigningKey(parsing: Secret(secret.text)) : nil
      let signer = try RequestSigner(schemes: schemes, secret: secret.isKey ? nil : secret, keys: SigningKeys(signingKey: key))
      headers = try signer.headers(
        messageID: try messageID(of: body, schemes), timestamp: timestamp ?? Timestamp.systemNow().seconds, body: body)
    } catch let error as SigningError {
      throw CommandFailure(.usage, "cannot sign: \(error)")
    }
    if options.json {
      let object = JSONValue.object(headers.map { JSONValue.Member($0.name, .string($0.value)) })
      Terminal.standardOutput.writeLine(object.bytes)
    } else {
      for header in headers { Terminal.standardOutput.write("\(header.name): \(header.value)\n") }
    }
  }

  private func messageID(of body: [UInt8], _ schemes: [SigningScheme]) throws(CommandFailure) -> String {
    if let id = id ?? (try? JSONView(body))?["id"]?.string { return id }
    guard let scheme = schemes.first(where: \.signsID) else { return "" }
    throw CommandFailure(
      .usage, "the \(scheme.name) scheme signs the event's id, and the body has none: name it with --id, or sign with --scheme rem")
  }
}
