// A source's code with everything that can be known before a request comes.

import TidehookCore
import TidehookSigning

/// A source, ready to run. Immutable: what runs a request keeps it to the end.
final class ResolvedSource: Sendable {
  private let source: Source
  /// Which snapshot of the plugins it was made of; `nil` when its code is no plugin.
  private let generation: Int?
  let code: ResolvedStage.Code
  /// `nil` for an inline script, and for a plugin that is not loaded.
  let plugin: PluginVersion?
  /// The options with their defaults, as JSON.
  private let options: [UInt8]
  /// Hides the source's secrets and secret options in what people are shown; `nil` when there are none.
  let secrets: SecretMask?
  /// Hides what senders send as it is to prove who they are; `nil` when they prove it otherwise.
  let credentials: SecretMask?

  init(
    _ source: Source, generation: Int?, code: ResolvedStage.Code, plugin: PluginVersion? = nil, options: JSONValue = [:],
    secretOptions: [String] = []
  ) {
    self.source = source
    self.generation = generation
    self.code = code
    self.plugin = plugin
    self.options = options.bytes
    let shared = source.secrets.map(\.revealed)
    secrets = SecretMask((shared + secretOptions).flatMap(SecretForms.of))
    credentials = source.verify.scheme.sendsSecrets ? SecretMask(shared.flatMap(SecretForms.of)) : nil
  }

  /// Whether this is how the source runs now.
  func isCurrent(for source: Source, generation current: @autoclosure () -> Int) -> Bool {
    self.source.revision == source.revision && self.source.code == source.code && (generation.map { $0 == current() } ?? true)
  }

  /// The call of `receive`.
  func job(_ script: ScriptSource, for request: InboundRequest, isVerified: Bool, at now: Timestamp) -> ScriptJob {
    let document = RequestDocument(request, hiding: credentials, hidesPath: source.verify.scheme == .path)
    return ScriptJob(
      script: script, entry: .receive, event: document.head, context: context(isVerified: isVerified, at: now), body: document.body,
      json: document.json, lane: ResolvedPipeline.lane(of: source.id))
  }

  /// The members of `ctx`.
  private func context(isVerified: Bool, at now: Timestamp) -> [UInt8] {
    var writer = JSONWriter(reserving: 192 + options.count)
    writer.beginObject()
    writer.key("now")
    writer.string(now.rfc3339)
    if let namespace = source.namespace {
      writer.key("namespace")
      writer.string(namespace.name)
    }
    writer.key("options")
    writer.raw(options)
    writer.key("source")
    writer.beginObject()
    writer.key("id")
    writer.string(source.id.description)
    writer.key("name")
    writer.string(source.name)
    writer.endObject()
    writer.key("verified")
    writer.bool(isVerified)
    writer.endObject()
    return writer.bytes
  }
}

extension VerificationScheme {
  /// Whether a request of this scheme holds the secret itself.
  fileprivate var sendsSecrets: Bool {
    switch self {
    case .gitlab, .bearer, .basic, .apiKey, .path: true
    case .none, .rem, .mem0, .standard, .github, .stripe, .slack, .shopify, .linear, .twilio, .sendgrid, .discord, .pagerduty, .hmac: false
    }
  }
}
