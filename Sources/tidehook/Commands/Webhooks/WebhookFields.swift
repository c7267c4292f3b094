// The options that describe a webhook, as the members of the API's request.

import ArgumentParser
import TidehookCore

/// What `webhooks add` and `webhooks update` can say about a webhook.
struct WebhookFields: ParsableArguments {
  @Option(help: ArgumentHelp("Which events: types, or patterns such as memory.*; separated by commas.", valueName: "types"))
  var events: [String] = []

  @Option(help: "Only events of this namespace.")
  var namespace: String?

  @Option(help: "What people call it.")
  var name: String?

  @Option(help: "The secret that deliveries are signed with; Tidehook makes one when there is none; \(SecretText.help).")
  var secret: String?

  @OptionGroup var stages: StageOptions

  @Option(
    help: ArgumentHelp(
      "The stages of the pipeline as JSON: [{\"plugin\": …, \"options\": {…}}, …]; - is standard input.", valueName: "file"))
  var pipeline: String?

  @Option(help: ArgumentHelp("A header for each delivery, NAME=VALUE; may be repeated.", valueName: "header"))
  var header: [String] = []

  @OptionGroup var access: AccessFields

  @Option(help: ArgumentHelp("How deliveries are signed: \(SchemeText.help).", valueName: "schemes"))
  var signing: [String] = []

  @Option(help: "The whsk_ private key of standard-ed25519; Tidehook makes one when there is none; \(SecretText.help).")
  var signingKey: String?

  @Option(help: ArgumentHelp("The longest an attempt may take.", valueName: "seconds"))
  var timeout: Double?

  @Option(help: ArgumentHelp("How many requests may be under way at once.", valueName: "count"))
  var maxInFlight: Int?

  @Option(help: ArgumentHelp("Which share of the events it gets, as in 0.01; the event's id decides.", valueName: "fraction"))
  var sample: Double?

  @OptionGroup var rateLimit: RateLimitFields

  @OptionGroup var breaker: BreakerFields

  @Option(
    help: ArgumentHelp(
      "Which deliveries come one after another: none, fifo for all, or a path such as data.memory_id for those with the same value there.",
      valueName: "order"))
  var ordering: String?

  @OptionGroup var batch: BatchFields

  @Option(help: ArgumentHelp("How the receiver is asked whether it agrees: cloudevents.", valueName: "scheme"))
  var handshake: String?

  @OptionGroup var retry: RetryFields

  @OptionGroup var autoDisable: AutoDisableFields

  @Flag(inversion: .prefixedNo, help: "Whether it delivers; the events of an inactive webhook wait.")
  var active: Bool?

  /// The members of the request, in the order of the API's documentation.
  /// - Parameters:
  ///   - defaultEvents: what `events` is when no option names any; empty to leave it out.
  ///   - isUpdate: whether a part of a setting may come alone, because a webhook has the rest.
  func members(defaultEvents: [String] = [], isUpdate: Bool = false) throws(CommandFailure) -> [JSONValue.Member] {
    let types = events.isEmpty ? defaultEvents : Self.list(events)
    let stage = try stages.member()
    if stage != nil && pipeline != nil {
      throw CommandFailure(.usage, "--pipeline holds every stage: give it without --plugin and --script")
    }
    let written = try pipelineStages()
    let fields: [(String, JSONValue?)] =
      [
        ("name", name.map { .string($0) }),
        ("events", types.isEmpty ? nil : .array(types.map { .string($0) })),
        ("namespace", namespace.map { .string($0) }),
        ("active", active.map { .bool($0) }),
        ("secret", try Self.secret(secret, option: "--secret")),
        (stage?.key ?? "pipeline", stage?.value ?? written),
        ("signing", signing.isEmpty ? nil : .array(try SchemeText.values(signing))),
        ("signing_key", try Self.secret(signingKey, option: "--signing-key")),
        ("headers", try access.headers(with: try headerMembers())),
        ("retry", try retry.member()),
        ("timeout_secs", timeout.map { .double($0) }),
        ("max_in_flight", maxInFlight.map { .integer(Int64($0)) }),
        ("sample", sample.map { .double($0) }),
        ("rate_limit", try rateLimit.member()),
        ("breaker", breaker.member()),
        ("ordering", ordering.map { ["none", "fifo"].contains($0) ? .string($0) : ["key": .string($0)] }),
        ("batch", try batch.member(isUpdate: isUpdate)),
        ("handshake", handshake.map { .string($0) }),
        ("auto_disable", try autoDisable.member()),
      ] + (try access.members())
    return fields.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
  }

  private func pipelineStages() throws(CommandFailure) -> JSONValue? {
    guard let pipeline else { return nil }
    let text = try Input.file(pipeline)
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw CommandFailure(.usage, "\(pipeline) is not JSON: \(error)")
    }
  }

  private func headerMembers() throws(CommandFailure) -> [JSONValue.Member]? {
    guard !header.isEmpty else { return nil }
    var members: [JSONValue.Member] = []
    for text in header { members.append(try HeaderText.split(text).member) }
    return members
  }

  private static func secret(_ text: String?, option: String) throws(CommandFailure) -> JSONValue? {
    guard let text else { return nil }
    return .string(try SecretText.value(text, option: option))
  }

  private static func list(_ texts: [String]) -> [String] {
    texts.flatMap { $0.split(separator: ",") }.map(String.init)
  }
}

/// The rate limit's options.
struct RateLimitFields: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How many attempts may begin in each second, or another period: 10, 100/minute, 5000/hour, 600/90.", valueName: "rate"))
  var rateLimit: String?

  @Option(help: ArgumentHelp("How many of them may begin at once after a pause; all unless given.", valueName: "count"))
  var rateBurst: Int?

  /// The request's `rate_limit`; `nil` when no option was given.
  func member() throws(CommandFailure) -> JSONValue? {
    guard let rateLimit else {
      if rateBurst != nil { throw CommandFailure(.usage, "--rate-burst goes with --rate-limit") }
      return nil
    }
    let parts = rateLimit.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(parts.count), let count = Int64(parts[0]), let seconds = parts.count == 2 ? Self.seconds(parts[1]) : 1 else {
      throw CommandFailure(
        .usage, "--rate-limit: expected COUNT, COUNT/second, /minute, /hour or /SECONDS like 100/minute, got \(rateLimit)")
    }
    let burst = rateBurst.map { [JSONValue.Member("burst", .integer(Int64($0)))] } ?? []
    return .object([.init("count", .integer(count)), .init("per_secs", .integer(seconds))] + burst)
  }

  private static func seconds(_ period: String) -> Int64? {
    switch period {
    case "s", "sec", "second": 1
    case "m", "min", "minute": 60
    case "h", "hour": 3600
    default: Int64(period)
    }
  }
}
