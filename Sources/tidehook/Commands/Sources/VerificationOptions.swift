// The options that say how a source's requests are verified.

import ArgumentParser
import TidehookCore

/// The members of a source's `verify`, and its secrets.
struct VerificationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How requests are verified: \(VerificationScheme.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "scheme"))
  var scheme: String?

  @Option(help: ArgumentHelp("How far a signed timestamp may be off.", valueName: "seconds"))
  var tolerance: Int64?

  @Option(help: ArgumentHelp("For hmac and api-key: the header that holds the signature or the secret.", valueName: "name"))
  var signatureHeader: String?

  @Option(help: ArgumentHelp("For hmac: sha1, sha256, sha512.", valueName: "hash"))
  var algorithm: String?

  @Option(help: ArgumentHelp("For hmac: how the signature is written: hex, base64 or base64url.", valueName: "encoding"))
  var encoding: String?

  @Option(help: ArgumentHelp("For hmac: what stands before the signature, as in sha256=.", valueName: "text"))
  var prefix: String?

  @Option(
    help: ArgumentHelp("For hmac: what is signed, with {body}, {timestamp}, {id}, {method}, {url} and {path}.", valueName: "template"))
  var template: String?

  @Option(help: ArgumentHelp("For hmac: the header that holds the time, in Unix seconds.", valueName: "name"))
  var timestampHeader: String?

  @Option(help: ArgumentHelp("For hmac: the header that holds the message's id.", valueName: "name"))
  var idHeader: String?

  @Option(help: ArgumentHelp("For twilio and hmac: the URL that the provider was given, when a proxy hides it.", valueName: "url"))
  var publicURL: String?

  /// The members of `verify`; empty when no option was given.
  var members: [JSONValue.Member] {
    [JSONValue.Member](given: [
      ("scheme", scheme.map { .string($0) }), ("tolerance_secs", tolerance.map { .integer($0) }),
      ("header", signatureHeader.map { .string($0) }), ("algorithm", algorithm.map { .string($0) }),
      ("encoding", encoding.map { .string($0) }), ("prefix", prefix.map { .string($0) }), ("template", template.map { .string($0) }),
      ("timestamp_header", timestampHeader.map { .string($0) }), ("id_header", idHeader.map { .string($0) }),
      ("url", publicURL.map { .string($0) }),
    ])
  }
}
