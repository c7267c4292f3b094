// From a checked event to a committed one: match, commit event and deliveries together, hand the deliveries over in memory.

public import TidehookCore

/// Publishes events.
public struct Publisher: EventPublisher {
  private let store: any EventStore
  private let directory: WebhookDirectory
  private let engine: DeliveryEngine
  private let ids: IDGenerator
  private let time: any TimeSource

  /// Makes a publisher that stores into `store` and hands over to `engine`.
  public init(
    store: any EventStore, directory: WebhookDirectory, engine: DeliveryEngine, ids: IDGenerator, time: any TimeSource
  ) {
    self.store = store
    self.directory = directory
    self.engine = engine
    self.ids = ids
    self.time = time
  }

  /// Matches events to webhooks and commits both; returns when they are on disk, with one outcome for each request, in order.
  public func publish(_ requests: [PublishRequest]) async throws(StoreError) -> [PublishOutcome] {
    let now = time.now()
    let events = requests.map { prepare($0, now: now) }
    let results: [AppendResult]
    do {
      results = try await store.append(events)
    } catch {
      engine.abandon(events)
      throw error
    }
    engine.accept(events, results)
    return zip(events, results).map { event, result in Self.outcome(of: event, result) }
  }

  private func prepare(_ request: PublishRequest, now: Timestamp) -> NewEvent {
    let key = ids.next()
    let id = request.id ?? EventID(key)
    let event = Event(
      key: key, id: id, type: request.type, namespace: request.namespace,
      timestamp: request.timestamp.flatMap { Timestamp(rfc3339: $0) } ?? now, acceptedAt: now,
      payload: Self.envelope(id: id, type: request.type, timestamp: request.timestamp ?? now.rfc3339, data: request.data))
    let deliveries = directory.subscribers(of: event.type, in: event.namespace).map { webhook in
      let id = DeliveryID(ids.next())
      guard webhook.isActive else { return NewDelivery(id: id, webhook: webhook.id, state: .held, isLeased: false) }
      return NewDelivery(id: id, webhook: webhook.id, isLeased: engine.reserve(webhook.id, bytes: event.payload.count, now: now))
    }
    return NewEvent(
      event: event, idempotencyKey: request.idempotencyKey, hasOwnTimestamp: request.timestamp != nil, deliveries: deliveries)
  }

  /// REM's envelope, in REM's key order. Id, type and time hold no character that JSON escapes.
  private static func envelope(id: EventID, type: EventType, timestamp: String, data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(64 + id.rawValue.utf8.count + type.name.utf8.count + timestamp.utf8.count + data.count)
    bytes += #"{"id":""#.utf8
    bytes += id.rawValue.utf8
    bytes += #"","event":""#.utf8
    bytes += type.name.utf8
    bytes += #"","timestamp":""#.utf8
    bytes += timestamp.utf8
    bytes += #"","data":"#.utf8
    bytes += data
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  private static func outcome(of event: NewEvent, _ result: AppendResult) -> PublishOutcome {
    switch result {
    case .stored: PublishOutcome(id: event.event.id, deliveries: event.deliveries.count, verdict: .accepted)
    case .duplicate(let id, let deliveries): PublishOutcome(id: id, deliveries: deliveries, verdict: .duplicate)
    case .conflict(let id): PublishOutcome(id: id, deliveries: 0, verdict: .conflict)
    }
  }
}
