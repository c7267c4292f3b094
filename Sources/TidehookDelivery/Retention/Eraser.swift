// Erases content for the API: in the store, and in the memory of the lanes that had it.

public import TidehookCore

/// Erases the content of events.
public struct Eraser: ContentEraser {
  private let store: any ContentStore
  private let engine: DeliveryEngine
  private let time: any TimeSource

  /// Makes an eraser.
  public init(store: any ContentStore, engine: DeliveryEngine, time: any TimeSource) {
    self.store = store
    self.engine = engine
    self.time = time
  }

  /// Erases an event's payload and all that was derived from it; false when there is no such event.
  public func eraseContent(of id: EventID) async throws(StoreError) -> Bool {
    let engine = engine
    let erased = try await store.eraseContent(of: id, at: time.now()) { webhooks in
      for webhook in webhooks { engine.reclaim(webhook) }
    }
    guard let erased else { return false }
    // Once more, for a claim that was on its way to its lane.
    for webhook in erased.webhooks { engine.reclaim(webhook) }
    return true
  }
}
