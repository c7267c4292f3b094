// What is kept about how webhooks fare.

/// Keeps streaks of failures over restarts. Consumer: the health book.
public protocol HealthStore: Sendable {
  /// What is known of webhooks that are not well.
  func healths() async throws(StoreError) -> [WebhookID: WebhookHealth]
  /// Stores what is known of some webhooks, in one transaction; those that were deleted are left out.
  func save(_ healths: [WebhookID: WebhookHealth]) async throws(StoreError)
}

/// Counts what waits for inactive webhooks. Consumer: the API.
public protocol HeldCounter: Sendable {
  /// How many deliveries of each webhook are held; a count stops at `limit`, so that a large one costs no more than that.
  func heldCounts(of webhooks: [WebhookID], upTo limit: Int) async throws(StoreError) -> [WebhookID: Int]
}

/// How webhooks fare, for answers. Consumer: the API.
public protocol WebhookHealths: Sendable {
  /// What is known of a webhook's failures.
  func health(of id: WebhookID) -> WebhookHealth
  /// The rule by which a webhook becomes inactive; `nil` for never.
  func rule(for webhook: Webhook) -> AutoDisable?
}
