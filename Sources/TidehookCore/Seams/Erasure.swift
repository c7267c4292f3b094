// How the content of an event is erased while the record that there was one stays.

/// What an erasure found.
public struct ErasedContent: Sendable, Equatable {
  /// The webhooks that it had deliveries for which had not ended.
  public var webhooks: [WebhookID]

  /// Makes a result.
  public init(webhooks: [WebhookID] = []) {
    self.webhooks = webhooks
  }
}

/// Erases content. Consumer: whoever erases for the API.
public protocol ContentStore: Sendable {
  /// Erases an event's payload and all that was derived from it: what its deliveries sent and were answered, logs, texts that may quote it,
  /// and the requests of sources that made it. What has not ended is cancelled. Returns when nothing of it is in the store's files.
  ///
  /// A second call erases what may have come since, and changes nothing else.
  /// - Parameter whenCancelled: is told the webhooks of all deliveries that were cancelled for this, also by an earlier call, as soon as that is
  ///   on disk and before anything else, which may take long or fail: nobody may go on with what is in memory.
  /// - Returns: `nil` when there is no such event.
  func eraseContent(
    of id: EventID, at now: Timestamp, whenCancelled: @Sendable ([WebhookID]) -> Void
  ) async throws(StoreError) -> ErasedContent?
}

extension ContentStore {
  /// The same where nothing is in memory.
  public func eraseContent(of id: EventID, at now: Timestamp) async throws(StoreError) -> ErasedContent? {
    try await eraseContent(of: id, at: now) { _ in }
  }
}

/// Erases content. Consumer: the API.
public protocol ContentEraser: Sendable {
  /// Erases an event's payload and all that was derived from it; false when there is no such event.
  func eraseContent(of id: EventID) async throws(StoreError) -> Bool
}
