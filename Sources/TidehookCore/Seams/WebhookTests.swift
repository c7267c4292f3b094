// How webhooks are tried for real: a test send, and the question whether a receiver belongs to whoever registers it.

/// What became of a test send. It is no delivery, and is stored nowhere.
public struct WebhookTest: Sendable {
  /// The attempt: what was sent and what came back.
  public var attempt: Attempt
  /// `delivered`, `filtered` or `dead`, as no test is tried again.
  public var state: DeliveryState
  /// Why, for people.
  public var reason: String?

  /// Makes a record.
  public init(attempt: Attempt, state: DeliveryState, reason: String?) {
    self.attempt = attempt
    self.state = state
    self.reason = reason
  }
}

/// Sends samples through whole webhooks. Consumer: the API.
public protocol WebhookTester: Sendable {
  /// Attempts to deliver an event that is not stored to a webhook, active or not, at once; the request says that it is a test.
  /// - Returns: `nil` when it was cancelled.
  func test(_ webhook: Webhook, on event: Event) async -> WebhookTest?
}

/// Asks receivers whether they belong to whoever registers them. Consumer: the API.
public protocol OwnershipProver: Sendable {
  /// Sends a challenge to a webhook's URL.
  /// - Returns: why the receiver did not prove anything, for people; `nil` when it echoed the challenge.
  func problem(with webhook: Webhook) async -> String?
}
