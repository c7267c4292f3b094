// A registration: where to, which events, which pipeline, how signed, how retried.

/// A webhook's configuration at one revision.
public struct Webhook: Sendable {
  /// Its id.
  public var id: WebhookID
  /// What people call it, at most 200 characters.
  public var name: String
  /// Where deliveries go unless the pipeline says otherwise.
  public var url: DestinationURL
  /// Which types it wants; at least one.
  public var events: [EventPattern]
  /// Whose events it gets; `nil` means every namespace but Tidehook's own.
  public var namespace: Namespace?
  /// Whether it delivers. An inactive webhook's events wait in state `held`.
  public var isActive: Bool
  /// The stages that filter and reshape, in order.
  public var pipeline: [PipelineStage]
  /// The schemes that sign each request.
  public var signing: [SigningScheme]
  /// The secret they sign with.
  public var secret: Secret
  /// What else they sign with: a key pair, and what was replaced a short time ago.
  public var keys = SigningKeys()
  /// What opens its receiver and the way there, the same for every revision.
  public var access = EndpointAccess()
  /// Headers that are added to each request.
  public var headers: [HeaderField]
  /// When failed deliveries are tried again.
  public var retry: RetryPolicy
  /// The longest an attempt may take, in seconds, 0.1...60.
  public var timeoutSeconds: Double
  /// How many requests may be under way at once, 1...1000.
  public var maxInFlight: Int
  /// Which share of the events it gets, above 0 and at most 1, as ``Sampling`` decides; `nil` for all.
  public var sample: Double?
  /// How often an attempt may begin; `nil` for no limit.
  public var rateLimit: RateLimit?
  /// When its lane stops because the receiver fails; `nil` for never.
  public var breaker: BreakerSettings?
  /// Which of its deliveries come one after another, for events that are accepted from now on.
  public var ordering = Ordering.unordered
  /// How its events are collected; `nil` for one delivery at a time.
  public var batch: BatchPolicy?
  /// How its receiver is asked whether it agrees, before the first delivery of a revision; `nil` for not at all.
  public var handshake: HandshakeScheme?
  /// After how much failure it becomes inactive.
  public var autoDisable = AutoDisableSetting.standard
  /// Why it is inactive; `nil` while it is active, and where that was not kept. It is stored with the configuration and is no part of it.
  public var disablement: Disablement?
  /// When the receiver at its URL proved whose it is; `nil` when it was not asked, or not yet. As ``disablement``.
  public var verifiedAt: Timestamp?
  /// Held deliveries whose key is below this one are skipped: somebody resumed the webhook and did not want them. As ``disablement``.
  public var skipsHeldBelow: Int64?
  /// What holds its lane back, for answers; no part of the configuration, and nothing unless the registry fills it in.
  public var laneState = LaneState()
  /// What its receiver said, for answers; no part of the configuration, and ``HandshakeState/pending`` unless the registry fills it in.
  public var handshakeState = HandshakeState.pending
  /// Counts the changes of this configuration, from 1.
  public var revision: Int
  /// When it was made.
  public var createdAt: Timestamp
  /// When it was last changed.
  public var updatedAt: Timestamp

  /// Makes a webhook of its parts.
  public init(
    id: WebhookID, name: String, url: DestinationURL, events: [EventPattern], namespace: Namespace?, isActive: Bool = true,
    pipeline: [PipelineStage] = [], signing: [SigningScheme] = SigningScheme.defaults, secret: Secret, headers: [HeaderField] = [],
    retry: RetryPolicy = RetryPolicy(), timeoutSeconds: Double = 15, maxInFlight: Int = 64, sample: Double? = nil,
    rateLimit: RateLimit? = nil, handshake: HandshakeScheme? = nil, revision: Int = 1, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.url = url
    self.events = events
    self.namespace = namespace
    self.isActive = isActive
    self.pipeline = pipeline
    self.signing = signing
    self.secret = secret
    self.headers = headers
    self.retry = retry
    self.timeoutSeconds = timeoutSeconds
    self.maxInFlight = maxInFlight
    self.sample = sample
    self.rateLimit = rateLimit
    self.handshake = handshake
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// Whether it wants events of this type and namespace, active or not.
  public func wants(_ type: EventType, in namespace: Namespace) -> Bool {
    guard self.namespace.map({ $0 == namespace }) ?? (namespace != .operational) else { return false }
    return events.contains { $0.matches(type) }
  }
}

/// A text that must never be printed: its description hides it.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The text itself, for signing and for the one answer that shows it.
  public let revealed: String

  /// Wraps a text.
  public init(_ text: String) {
    self.revealed = text
  }

  /// Never the text.
  public var description: String { "<secret>" }

  /// Never the text.
  public var debugDescription: String { "<secret>" }
}
