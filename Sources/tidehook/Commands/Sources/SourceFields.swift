// The options that make up a source.

import ArgumentParser
import TidehookCore

/// The fields of a source besides its name, as the command line gives them.
struct SourceFields: ParsableArguments {
  @Option(help: ArgumentHelp("The source plugin that makes events of requests, such as from-github.", valueName: "name"))
  var plugin: String?

  @Option(help: ArgumentHelp("The plugin's options: a JSON object, or @ and the file that holds one.", valueName: "json"))
  var options: String?

  @Option(help: ArgumentHelp("A Lua script that defines receive; - is standard input.", valueName: "file"))
  var script: String?

  @Option(help: "The namespace of all its events.")
  var namespace: String?

  @Option(
    help: ArgumentHelp(
      "A secret, or a public key where the provider signs with a private one; repeat it while one replaces another; \(SecretText.help)."))
  var secret: [String] = []

  @Option(help: ArgumentHelp("The header whose value tells repeats.", valueName: "name"))
  var dedupeHeader: String?

  @Option(help: ArgumentHelp("The path in the JSON body whose value tells repeats, as in data.id.", valueName: "path"))
  var dedupePath: String?

  @Option(help: ArgumentHelp("How long repeats are remembered.", valueName: "seconds"))
  var dedupeWindow: Int64?

  @Option(help: ArgumentHelp("The methods that it takes, separated by commas; POST unless named.", valueName: "methods"))
  var methods: [String] = []

  @Option(help: ArgumentHelp("The media types that it takes, separated by commas; all unless named.", valueName: "types"))
  var contentTypes: [String] = []

  @Option(help: ArgumentHelp("How long a body may be.", valueName: "bytes"))
  var maxBody: Int64?

  @Option(help: ArgumentHelp("How often it may be called: 100 in a second, 6000/60 in each 60 seconds.", valueName: "count/seconds"))
  var rate: RateText?

  @Option(help: ArgumentHelp("How many requests may come at once after a pause.", valueName: "count"))
  var burst: Int64?

  @Flag(inversion: .prefixedNo, help: "Whether it takes requests.")
  var active: Bool?

  @OptionGroup(title: "Verification") var verification: VerificationOptions

  private func secrets() throws(CommandFailure) -> JSONValue? {
    guard !secret.isEmpty else { return nil }
    var values: [JSONValue] = []
    for text in secret { values.append(.string(try SecretText.value(text, option: "--secret"))) }
    return .array(values)
  }

  /// The members of the request, in the order of the API's documentation.
  func members() throws(CommandFailure) -> [JSONValue.Member] {
    guard plugin == nil || script == nil else { throw CommandFailure(.usage, "name --plugin or --script, not both") }
    guard dedupeHeader == nil || dedupePath == nil else {
      throw CommandFailure(.usage, "name --dedupe-header or --dedupe-path, not both")
    }
    guard burst == nil || rate != nil else { throw CommandFailure(.usage, "--burst goes with --rate") }
    let verify = verification.members
    return [JSONValue.Member](given: [
      ("plugin", plugin.map { .string($0) }),
      ("options", try options.map { text throws(CommandFailure) in try PluginOptionsText.value(of: text) }),
      ("script", try script.map { file throws(CommandFailure) in .string(try Input.text(file)) }),
      ("namespace", namespace.map { .string($0) }),
      ("verify", verify.isEmpty ? nil : .object(verify)),
      ("secrets", try secrets()),
      ("dedupe", dedupe.isEmpty ? nil : .object(dedupe)),
      ("methods", Self.list(methods, uppercased: true)), ("content_types", Self.list(contentTypes)),
      ("max_body_bytes", maxBody.map { .integer($0) }), ("rate_limit", rateLimit), ("active", active.map { .bool($0) }),
    ])
  }

  private var dedupe: [JSONValue.Member] {
    [JSONValue.Member](given: [
      ("header", dedupeHeader.map { .string($0) }), ("path", dedupePath.map { .string($0) }),
      ("window_secs", dedupeWindow.map { .integer($0) }),
    ])
  }

  private var rateLimit: JSONValue? {
    rate.map { rate in
      let burst = burst.map { [JSONValue.Member("burst", .integer($0))] } ?? []
      return .object([.init("count", .integer(rate.count)), .init("per_secs", .integer(rate.perSeconds))] + burst)
    }
  }

  private static func list(_ texts: [String], uppercased: Bool = false) -> JSONValue? {
    let items = texts.flatMap { $0.split(separator: ",") }.map { uppercased ? $0.uppercased() : String($0) }
    return items.isEmpty ? nil : .array(items.map { .string($0) })
  }
}

/// A rate as people write it: `100`, or `6000/60`.
struct RateText: ExpressibleByArgument {
  /// How many.
  let count: Int64
  /// In how many seconds; 1 unless written.
  let perSeconds: Int64

  init?(argument: String) {
    let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let count = Int64(parts[0]), let seconds = parts.count > 1 ? Int64(parts[1]) : 1 else { return nil }
    (self.count, perSeconds) = (count, seconds)
  }
}
