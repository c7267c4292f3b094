// A delivery's whole life as one pure state machine: what happened and the policy decide the next state, effects sit elsewhere.

/// What happened to a delivery that was under way.
public enum DeliveryInput: Sendable {
  /// The receiver answered.
  case answered(status: Int, retryAfter: Duration?)
  /// The receiver answered, and a plugin's `response` function says what that means.
  case judged(ResponseJudgement, reason: String?, status: Int, retryAfter: Duration?)
  /// The attempt failed without an answer.
  case failed(AttemptFailure)
  /// The pipeline dropped the event.
  case dropped(reason: String)
  /// Its webhook turned out to be inactive: nothing was tried.
  case webhookInactive
  /// Its webhook turned out to be deleted: nothing was tried.
  case webhookDeleted
}

extension DeliveryInput {
  /// What the attempt failed of; `nil` when it delivered, was dropped, or was not made.
  public var failure: AttemptFailure? {
    switch self {
    case .answered(200...299, _), .judged(.delivered, _, _, _): nil
    case .answered(let status, _): AttemptFailure(.status, "the receiver answered \(status)")
    case .judged(_, let reason, let status, _):
      AttemptFailure((200...299).contains(status) ? .response : .status, Self.words(reason, status: status))
    case .failed(let failure): failure
    case .dropped, .webhookInactive, .webhookDeleted: nil
    }
  }

  /// A judgement's reason, in our words where the plugin gave none.
  fileprivate static func words(_ reason: String?, status: Int) -> String {
    reason ?? "a plugin took the receiver's answer \(status) for a failure"
  }
}

/// What the store is to write about a delivery, and what else follows.
public struct Transition: Sendable, Equatable {
  /// The new state.
  public var state: DeliveryState
  /// Why, for people.
  public var reason: String?
  /// When the next attempt is due; set in state `retrying` alone.
  public var nextAttemptAt: Timestamp?
  /// Whether the receiver is gone for good, because it answered 410 or a `response` function says so: the webhook becomes inactive.
  public var disablesWebhook: Bool

  /// Makes a transition.
  public init(_ state: DeliveryState, reason: String? = nil, nextAttemptAt: Timestamp? = nil, disablesWebhook: Bool = false) {
    self.state = state
    self.reason = reason
    self.nextAttemptAt = nextAttemptAt
    self.disablesWebhook = disablesWebhook
  }

  /// Decides what follows from what happened.
  ///
  /// 2xx delivers; everything else is a failure, redirects included (CloudEvents HTTP webhooks 1.0, section 2.2). 410 ends the delivery
  /// and the webhook. A blocked address is not tried again: the answer would be the same. A judgement stands in place of the status,
  /// whatever that is.
  /// - Parameters:
  ///   - input: what happened.
  ///   - attempt: tries in this round so far, this one included, from 1.
  ///   - policy: the webhook's retry policy.
  ///   - now: when it happened.
  ///   - unit: a random number in 0..<1 for the jitter.
  public static func after(_ input: DeliveryInput, attempt: Int, policy: RetryPolicy, now: Timestamp, unit: Double) -> Transition {
    switch input {
    case .answered(200...299, _):
      return Transition(.delivered)
    case .answered(410, _):
      return Transition(.dead, reason: "the receiver answered 410 gone", disablesWebhook: true)
    case .answered(let status, let retryAfter):
      let delay = policy.delay(afterAttempt: attempt, retryAfter: retryAfter, unit: unit)
      return failed("the receiver answered \(status)", delay: delay, now: now)
    case .judged(let judgement, let reason, let status, let retryAfter):
      let delay = policy.delay(afterAttempt: attempt, retryAfter: retryAfter, unit: unit)
      return judged(judgement, reason: reason, status: status, delay: delay, now: now)
    case .failed(let failure) where failure.kind == .blocked:
      return Transition(.dead, reason: failure.message)
    case .failed(let failure):
      return failed(failure.message, delay: policy.delay(afterAttempt: attempt, unit: unit), now: now)
    case .dropped(let reason):
      return Transition(.filtered, reason: reason)
    case .webhookInactive:
      return Transition(.held, reason: "the webhook is inactive")
    case .webhookDeleted:
      return Transition(.cancelled, reason: "the webhook was deleted")
    }
  }

  private static func judged(
    _ judgement: ResponseJudgement, reason: String?, status: Int, delay: Duration?, now: Timestamp
  ) -> Transition {
    let words = DeliveryInput.words(reason, status: status)
    switch judgement {
    case .delivered: return Transition(.delivered, reason: reason)
    case .retry: return failed(words, delay: delay, now: now)
    case .dead: return Transition(.dead, reason: words)
    case .disable: return Transition(.dead, reason: words, disablesWebhook: true)
    }
  }

  private static func failed(_ reason: String, delay: Duration?, now: Timestamp) -> Transition {
    guard let delay else { return Transition(.dead, reason: reason) }
    return Transition(.retrying, reason: reason, nextAttemptAt: now + delay)
  }
}
