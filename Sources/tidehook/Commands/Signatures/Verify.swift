// `tidehook verify`: whether the signature headers of a request belong to its body.

import ArgumentParser
import TidehookCore
import TidehookSigning

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a body against the signature headers that came with it; the exit status is 0 when they belong together, else 1.",
    discussion:
      "Without --scheme every scheme counts that the headers show. Example: tidehook verify --secret your-webhook-secret --header 'X-REM-Signature: 6d2f…' --file body.json"
  )

  @OptionGroup var options: SignatureOptions

  @Option(help: ArgumentHelp("A header of the request, NAME: VALUE or NAME=VALUE; repeat it for each.", valueName: "header"))
  var header: [String] = []

  @Option(help: ArgumentHelp("How far a signed timestamp may be off.", valueName: "seconds"))
  var tolerance: Int64 = 300

  func validate() throws {
    guard tolerance >= 0 else { throw ValidationError("--tolerance is 0 or more seconds.") }
    guard !header.isEmpty else { throw ValidationError("Name the request's signature headers with --header.") }
  }

  func run() async throws {
    let verdict = try verdict()
    if options.json {
      let object: JSONValue = ["valid": .bool(verdict.isValid), "verdict": .string(verdict.description)]
      Terminal.standardOutput.writeLine(object.bytes)
    } else {
      let text = verdict.isValid ? verdict.description : "not valid: \(verdict)"
      Terminal.standardOutput.write(Terminal.standardOutput.styled(text, verdict.isValid ? .good : .bad) + "\n")
    }
    if !verdict.isValid { throw ExitCode(CommandFailure.Status.refused.rawValue) }
  }

  private func verdict() throws -> SignatureVerdict {
    let headers = try header.map { text -> SignatureHeader in
      let header = try HeaderText.split(text)
      return (header.name, header.value)
    }
    do {
      let secret = try options.signingSecret()
      let verifier = try SignatureVerifier(
        schemes: try options.schemes(usual: secret.schemes), secret: secret, toleranceSeconds: tolerance)
      return try verifier.verify(headers: headers, body: try options.body(), now: Timestamp.systemNow().seconds)
    } catch let error as SigningError {
      throw CommandFailure(.usage, "cannot verify: \(error)")
    }
  }
}
