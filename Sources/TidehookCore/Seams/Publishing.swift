// How the API hands events and webhooks to the rest of Tidehook.

/// An event as a producer published it, checked and canonical, but not yet matched or stored.
public struct PublishRequest: Sendable {
  /// The producer's id; Tidehook makes one when it is `nil`.
  public var id: EventID?
  /// The producer's `Idempotency-Key`: a repeat is recognised by it when it has no id.
  public var idempotencyKey: String?
  /// What happened.
  public var type: EventType
  /// Whom it concerns.
  public var namespace: Namespace
  /// When it happened, exactly as the producer wrote it (RFC 3339); the time of acceptance when it is `nil`.
  public var timestamp: String?
  /// A JSON object in canonical form.
  public var data: [UInt8]
  /// The attributes of the CloudEvent that it was published as, a canonical JSON object; `nil` for other events.
  public var cloudEvent: [UInt8]?
  /// The trace that the producer published it in; `nil` when it named none.
  public var trace: TraceContext?

  /// Makes a request of its parts.
  public init(
    id: EventID? = nil, idempotencyKey: String? = nil, type: EventType, namespace: Namespace = .default, timestamp: String? = nil,
    data: [UInt8], cloudEvent: [UInt8]? = nil, trace: TraceContext? = nil
  ) {
    self.id = id
    self.idempotencyKey = idempotencyKey
    self.type = type
    self.namespace = namespace
    self.timestamp = timestamp
    self.data = data
    self.cloudEvent = cloudEvent
    self.trace = trace
  }
}

/// What became of one published event.
public struct PublishOutcome: Sendable {
  /// The event's id, or that of the event it repeats or contradicts.
  public var id: EventID
  /// How many deliveries it has.
  public var deliveries: Int
  /// Whether it is new, a repeat, or a contradiction.
  public var verdict: Verdict

  /// What a published event turned out to be.
  public enum Verdict: Sendable {
    /// It is stored.
    case accepted
    /// The same event was stored before.
    case duplicate
    /// Its id or idempotency key belongs to another event; it was not stored.
    case conflict
    /// Its id or idempotency key belongs to an event whose content was erased; it was not stored.
    case erased
  }

  /// Makes an outcome.
  public init(id: EventID, deliveries: Int, verdict: Verdict) {
    self.id = id
    self.deliveries = deliveries
    self.verdict = verdict
  }
}

/// Stores events with their deliveries. Consumer: the API.
public protocol EventPublisher: Sendable {
  /// Matches events to webhooks and commits both; returns when they are on disk, with one outcome for each request, in order.
  func publish(_ requests: [PublishRequest]) async throws(StoreError) -> [PublishOutcome]
}

/// The webhooks there are, with every change in effect as soon as its call returns. Consumer: the API.
public protocol WebhookRegistry: Sendable {
  /// Every webhook, oldest first.
  func webhooks() -> [Webhook]
  /// One webhook.
  func webhook(_ id: WebhookID) -> Webhook?
  /// Stores a new webhook; `maker` is the name of the key that made it (``WebhookRevision/madeBy``).
  func add(_ webhook: Webhook, by maker: String) async throws(StoreError)
  /// Stores a changed webhook; its revision must be one above the current one, else it fails as `stale`.
  func replace(_ webhook: Webhook, by maker: String) async throws(StoreError)
  /// Deletes a webhook and cancels what it has not delivered.
  func remove(_ id: WebhookID) async throws(StoreError)
}
