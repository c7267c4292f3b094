// An event as it was published and as it is stored.

/// An immutable fact. Its payload is the canonical envelope, which is what an unscripted delivery sends.
///
/// A class, because one event is passed from hand to hand on behalf of each of its deliveries.
public final class Event: Sendable {
  /// Its time-ordered row key and the default of ``id``.
  public let key: TimeOrderedID
  /// Its id: the idempotency key of publishing, and the message id of every delivery.
  public let id: EventID
  /// What happened.
  public let type: EventType
  /// Whom it concerns.
  public let namespace: Namespace
  /// When it happened, as the producer said, else when it was accepted.
  public let timestamp: Timestamp
  /// When Tidehook accepted it.
  public let acceptedAt: Timestamp
  /// `{"id","event","timestamp","data"}` in canonical JSON, and `"cloudevent"` when it was published as one: the exact bytes of an untouched delivery.
  public let payload: [UInt8]
  /// The trace that its producer published it in; `nil` when the producer named none.
  public let trace: TraceContext?
  /// When somebody had its content erased: ``payload`` is empty since. `nil` for nearly every event.
  public let erasedAt: Timestamp?

  /// Makes an event of its parts.
  public init(
    key: TimeOrderedID, id: EventID, type: EventType, namespace: Namespace, timestamp: Timestamp, acceptedAt: Timestamp, payload: [UInt8],
    trace: TraceContext? = nil, erasedAt: Timestamp? = nil
  ) {
    self.key = key
    self.id = id
    self.type = type
    self.namespace = namespace
    self.timestamp = timestamp
    self.acceptedAt = acceptedAt
    self.payload = payload
    self.trace = trace
    self.erasedAt = erasedAt
  }
}

/// An event on its way into the store, with the deliveries that its matching webhooks get: all are committed together.
public struct NewEvent: Sendable {
  /// The event.
  public var event: Event
  /// The producer's `Idempotency-Key`, when it sent one.
  public var idempotencyKey: String?
  /// Whether the producer said when it happened; only then does the time count when a repeat is compared.
  public var hasOwnTimestamp: Bool
  /// One for each webhook that wants it.
  public var deliveries: [NewDelivery]

  /// Makes an event to store.
  public init(event: Event, idempotencyKey: String? = nil, hasOwnTimestamp: Bool, deliveries: [NewDelivery]) {
    self.event = event
    self.idempotencyKey = idempotencyKey
    self.hasOwnTimestamp = hasOwnTimestamp
    self.deliveries = deliveries
  }
}

/// What became of an event that was given to the store.
public enum AppendResult: Sendable, Equatable {
  /// It is on disk, with its deliveries.
  case stored
  /// The same event was stored before; nothing was added.
  case duplicate(of: EventID, deliveries: Int)
  /// Its id, or its idempotency key, belongs to an event with other content; nothing was added.
  case conflict(with: EventID)
  /// Its id, or its idempotency key, belongs to an event whose content was erased; nothing was added.
  case erased(EventID)
}
