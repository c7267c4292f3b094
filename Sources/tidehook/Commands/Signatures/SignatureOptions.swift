// What `sign` and `verify` have in common: a secret, schemes and a body.

import ArgumentParser
import TidehookCore
import TidehookSigning

/// A secret, schemes and a body.
struct SignatureOptions: ParsableArguments {
  @Option(
    help:
      "The webhook's secret; a whsec_ secret is base64-decoded for the standard scheme. For standard-ed25519 a whsk_ or whpk_ key; \(SecretText.help)."
  )
  var secret: String

  @Option(help: ArgumentHelp("\(SchemeText.help) (default: what the command says).", valueName: "schemes"))
  var scheme: [String] = []

  @Option(help: ArgumentHelp("Where the body is read from; - is standard input.", valueName: "file"))
  var file = "-"

  @Flag(help: "Print JSON, for machines.")
  var json = false

  /// The schemes that were named, or else `usual`.
  func schemes(usual: [SigningScheme]) throws(CommandFailure) -> [SigningScheme] {
    let schemes = try SchemeText.schemes(scheme)
    return schemes.isEmpty ? usual : schemes
  }

  /// The secret, checked.
  func signingSecret() throws(CommandFailure) -> SigningSecret {
    guard !SecretText.isStandardInput(secret) || file != "-" else {
      throw CommandFailure(.usage, "--secret and the body cannot both be standard input: name --file")
    }
    return try Self.signingSecret(secret)
  }

  /// A secret, checked.
  static func signingSecret(_ text: String) throws(CommandFailure) -> SigningSecret {
    let text = try SecretText.value(text, option: "--secret")
    do {
      return try SigningSecret(text)
    } catch {
      throw CommandFailure(.usage, "bad --secret: \(error)")
    }
  }

  /// The bytes that are signed.
  func body() throws(CommandFailure) -> [UInt8] {
    try Input.file(file)
  }
}
