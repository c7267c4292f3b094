// What an attempt says about its receiver, whatever it means for the delivery.

/// How a receiver is, by one attempt.
public enum ReceiverSignal: Sendable, Hashable {
  /// It took the delivery.
  case works
  /// It answered that it failed, or did not answer.
  case fails
  /// It asks for less: 429 or 503.
  case throttled(ThrottleWait)
}

/// How long a lane is held back.
public struct ThrottleWait: Sendable, Hashable {
  /// What the receiver asked for with `Retry-After`, capped as for a retry; `nil` when it named no time.
  public var asked: Duration?
  /// The first pause where it names none.
  public var first: Duration

  /// Makes a wait.
  public init(asked: Duration?, first: Duration) {
    self.asked = asked
    self.first = first
  }
}

extension ReceiverSignal {
  /// Reads what happened.
  /// - Returns: `nil` when it says nothing about the receiver: nothing was sent, or it was our fault.
  public init?(_ input: DeliveryInput, policy: RetryPolicy) {
    switch input {
    case .answered(200...299, _), .judged(.delivered, _, _, _): self = .works
    case .answered(let status, let retryAfter), .judged(_, _, let status, let retryAfter):
      self = status == 429 || status == 503 ? .throttled(ThrottleWait(retryAfter, policy)) : .fails
    case .failed(let failure):
      guard failure.kind.isOfReceiver else { return nil }
      self = .fails
    case .dropped, .webhookInactive, .webhookDeleted: return nil
    }
  }

  /// Whether the receiver did not take the delivery.
  public var isFailure: Bool { self != .works }
}

extension ThrottleWait {
  /// The first pause is no longer than this, however late the webhook retries.
  private static let longestFirst = Duration.seconds(1)

  fileprivate init(_ retryAfter: Duration?, _ policy: RetryPolicy) {
    let firstRetry = policy.delay(afterAttempt: 1, unit: 0.5) ?? Self.longestFirst
    self.init(asked: retryAfter.map(policy.counted), first: min(firstRetry, Self.longestFirst))
  }
}

extension FailureKind {
  /// Whether it says something about the receiver, or the way to it, rather than about what was to be sent.
  fileprivate var isOfReceiver: Bool {
    switch self {
    case .dns, .connect, .tls, .timeout, .oversized, .malformed, .status, .response, .database, .auth, .proxy: true
    case .blocked, .script, .handshake, .signature: false
    }
  }
}
