// A pause that a receiver asked for, as the store still knows it after a restart.

/// An answer of 429 or 503 with `Retry-After` that a delivery got last, which is to be tried again.
public struct AskedPause: Sendable, Hashable {
  /// Whose delivery.
  public var webhook: WebhookID
  /// Where the request went.
  public var url: String
  /// When the answer came.
  public var answeredAt: Timestamp
  /// What it asked for, as it was written.
  public var retryAfter: String

  /// Makes a note.
  public init(webhook: WebhookID, url: String, answeredAt: Timestamp, retryAfter: String) {
    self.webhook = webhook
    self.url = url
    self.answeredAt = answeredAt
    self.retryAfter = retryAfter
  }
}

extension Webhook {
  /// Until when a pause that its receiver asked for goes on; `nil` when it is over, or another receiver asked for it.
  public func end(of pause: AskedPause, at now: Timestamp) -> Timestamp? {
    guard let asked = try? DestinationURL(parsing: pause.url), asked.origin == url.origin,
      let wait = RetryAfter.wait(pause.retryAfter, at: pause.answeredAt)
    else { return nil }
    let end = pause.answeredAt + retry.counted(wait)
    return end > now ? end : nil
  }
}
