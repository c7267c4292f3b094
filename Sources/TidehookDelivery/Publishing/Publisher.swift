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
    let events = prepare(requests)
    let results = try await handOver(events) { () throws(StoreError) in
      let results = try await store.append(events)
      return (results, results)
    }
    return zip(events, results).map { event, result in Self.outcome(of: event, result) }
  }

  /// Matches events to webhooks, and takes places in memory for their deliveries: ``handOver(_:_:)`` must follow.
  func prepare(_ requests: [PublishRequest]) -> [NewEvent] {
    let now = time.now()
    return requests.map { prepare($0, now: now) }
  }

  /// Has `append` store events, and hands over the deliveries of those that were stored; the places of the others are given back.
  /// - Parameter append: returns one result for each event, or none when it stored none of them.
  func handOver<Stored: Sendable>(
    _ events: [NewEvent], _ append: () async throws(StoreError) -> (stored: Stored, results: [AppendResult])
  ) async throws(StoreError) -> Stored {
    let outcome: (stored: Stored, results: [AppendResult])
    do {
      outcome = try await append()
    } catch {
      engine.abandon(events)
      throw error
    }
    if outcome.results.count == events.count { engine.accept(events, outcome.results) } else { engine.abandon(events) }
    return outcome.stored
  }

  private func prepare(_ request: PublishRequest, now: Timestamp) -> NewEvent {
    let event = Event(request, key: ids.next(), acceptedAt: now)
    let deliveries = directory.subscribers(of: event.type, in: event.namespace).compactMap { webhook -> NewDelivery? in
      guard Sampling.takes(event.id, rate: webhook.sample) else { return nil }
      let id = DeliveryID(ids.next())
      var delivery = NewDelivery(id: id, webhook: webhook.id, state: webhook.isActive ? .pending : .held, isLeased: false)
      delivery.isBatched = webhook.isBatched
      delivery.orderKey = webhook.isBatched ? nil : webhook.ordering.key(of: event)
      if webhook.isActive, !webhook.isBatched, delivery.orderKey == nil {
        delivery.isLeased = engine.reserve(webhook.id, bytes: event.payload.count, now: now)
      }
      return delivery
    }
    return NewEvent(
      event: event, idempotencyKey: request.idempotencyKey, hasOwnTimestamp: request.timestamp != nil, deliveries: deliveries)
  }

  private static func outcome(of event: NewEvent, _ result: AppendResult) -> PublishOutcome {
    switch result {
    case .stored: PublishOutcome(id: event.event.id, deliveries: event.deliveries.count, verdict: .accepted)
    case .duplicate(let id, let deliveries): PublishOutcome(id: id, deliveries: deliveries, verdict: .duplicate)
    case .conflict(let id): PublishOutcome(id: id, deliveries: 0, verdict: .conflict)
    case .erased(let id): PublishOutcome(id: id, deliveries: 0, verdict: .erased)
    }
  }
}
