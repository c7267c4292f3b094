// What a source's code makes of a request, and how the API asks for it.

/// What the sender is told.
public struct InboundAnswer: Sendable, Hashable {
  /// The status, 200...599.
  public var status: Int
  /// Headers besides `Content-Type` and those of the framing.
  public var headers: [HeaderField]
  /// The body; may be empty.
  public var body: [UInt8]
  /// The media type of the body; `nil` for none.
  public var contentType: String?

  /// Makes an answer.
  public init(status: Int, headers: [HeaderField] = [], body: [UInt8] = [], contentType: String? = nil) {
    self.status = status
    self.headers = headers
    self.body = body
    self.contentType = contentType
  }
}

/// What `receive` decided.
public enum Reception: Sendable {
  /// These events, a canonical JSON array in the form of `POST /v1/events`; it may be empty. The answer is the source's usual one unless given.
  case events([UInt8], answer: InboundAnswer?)
  /// No events, but an answer: a challenge, a ping, or a refusal (400 and above), whose reason is kept.
  case answered(InboundAnswer, reason: String?)
  /// The code failed: message with name, line and traceback.
  case failed(String)
}

/// A decision, what the code printed, and which plugin ran.
public struct ReceptionResult: Sendable {
  /// The decision.
  public var reception: Reception
  /// Lines printed, at most 4 KiB.
  public var log: String
  /// The plugin that ran; `nil` for a script.
  public var plugin: PluginVersion?

  /// Makes a result.
  public init(_ reception: Reception, log: String = "", plugin: PluginVersion? = nil) {
    self.reception = reception
    self.log = log
    self.plugin = plugin
  }
}

/// Runs the code of sources. Consumer: the API.
public protocol RequestReceiver: Sendable {
  /// Runs a source's plugin or script on a request; never throws, never takes longer than the scripts' limits allow.
  /// - Parameter isVerified: whether the request met the source's rule (always, where it demands nothing); false for the methods that need
  ///   no verification. The code sees it as `ctx.verified`.
  func receive(_ request: InboundRequest, for source: Source, isVerified: Bool, at now: Timestamp) async -> ReceptionResult
  /// Compiles a source's script, or judges its plugin's options, before it is saved.
  func check(_ code: SourceCode) async throws(PipelineError)
  /// What a source plugin brings for sources that say nothing else; `nil` when there is no such plugin.
  func preset(of plugin: String) -> SourcePreset?
}

/// How a plugin's author says that its provider's requests are verified, recognised and taken.
public struct SourcePreset: Sendable, Hashable {
  /// How requests are verified.
  public var verify: VerificationRule
  /// How repeats are recognised.
  public var dedupe: DedupeRule?
  /// The methods that the source takes.
  public var methods: [String]
  /// Methods whose requests need no verification, and can make no events: `OPTIONS` of handshakes.
  public var openMethods: [String]

  /// Makes a preset.
  public init(verify: VerificationRule, dedupe: DedupeRule? = nil, methods: [String] = ["POST"], openMethods: [String] = []) {
    self.verify = verify
    self.dedupe = dedupe
    self.methods = methods
    self.openMethods = openMethods
  }
}
