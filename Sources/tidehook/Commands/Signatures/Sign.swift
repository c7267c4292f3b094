// `tidehook sign`: the headers that Tidehook would send with a body.

import ArgumentParser
import TidehookCore
import TidehookSigning

struct Sign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the signature headers for a body.",
    discussion:
      "Without --scheme those of rem and standard. Example: printf '{\"id\":\"evt_1\"}' | tidehook sign --secret your-webhook-secret")

  @OptionGroup var options: SignatureOptions

  @Option(help: "The event's id, which the standard scheme signs (default: the body's member \"id\").")
  var id: String?

  @Option(help: ArgumentHelp("When the request is made, in Unix seconds (default: now).", valueName: "seconds"))
  var timestamp: Int64?

  func run() async throws {
    let body = try options.body()
    let schemes = try options.schemes(usual: SigningScheme.defaults)
    let headers: [SignatureHeader]
    do {
      let signer = try RequestSigner(schemes: schemes, secret: try options.signingSecret())
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
    guard schemes.contains(.standard) else { return "" }
    throw CommandFailure(
      .usage, "the standard scheme signs the event's id, and the body has none: name it with --id, or sign with --scheme rem")
  }
}
