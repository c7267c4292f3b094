// Publishes what a source received: its events go the way of all events, in the transaction that stores the request.

public import TidehookCore

/// Publishes the requests of sources.
public struct RequestPublisher: ReceiptPublisher {
  private let publisher: Publisher
  private let store: any ReceiptStore

  /// Makes a publisher of requests over one of events.
  public init(_ publisher: Publisher, store: any ReceiptStore) {
    self.publisher = publisher
    self.store = store
  }

  /// Matches the events of a request to webhooks and commits all of it; returns the request as it was stored once it is on disk.
  public func publish(_ new: NewReceipt, events requests: [PublishRequest]) async throws(StoreError) -> Receipt {
    let events = publisher.prepare(requests)
    return try await publisher.handOver(events) { () throws(StoreError) in
      let stored = try await store.append(new, events: events)
      return (stored.receipt, stored.results)
    }
  }
}
