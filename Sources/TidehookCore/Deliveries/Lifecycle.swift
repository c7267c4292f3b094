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
  case dropped(reason: String, by: DroppingStage? = nil)
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
    case .answered(let status, _): .answered(status)
    case .judged(_, let reason, let status, _):
      AttemptFailure(
        (200...299).contains(status) ? .response : .status, Self.words(reason, status: status), outline: Self.words(nil, status: status))
    case .failed(let failure): failure
    case .dropped, .webhookInactive, .webhookDeleted: nil
    }
  }

  /// Why the pipeline dropped the event; `nil` when it did not.
  public var drop: PipelineDrop? {
    guard case .dropped(let reason, let stage) = self else { return nil }
    return PipelineDrop(reason, by: stage)
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
  /// The stage of the pipeline that dropped it; set in state `filtered` alone.
  public var droppedBy: DroppingStage?

  /// Makes a transition.
  public init(
    _ state: DeliveryState, reason: String? = nil, nextAttemptAt: Timestamp? = nil, disablesWebhook: Bool = false,
    droppedBy: DroppingStage? = nil
  ) {
    self.state = state
    self.reason = reason
    self.droppedBy = droppedBy
    self.nextAttemptAt = nextAttemptAt
    self.disablesWebhook = disablesWebhook
  }

  /// Decides what follows from what happened.
  ///
  /// 2xx delivers; everything else is a failure, redirects included (CloudEvents HTTP webhooks 1.0, section 2.2). 410 ends the delivery
  /// and the webhook. Which other answers and failures are tried again, and when, say the policy and each ``FailureKind/rule``. A judgement
  /// stands in place of the status, whatever that is.
  /// - Parameters:
  ///   - input: what happened.
  ///   - attempt: tries in this round so far, this one included, from 1.
  ///   - began: when the round began, for the policy's deadline; `nil` leaves that out.
  ///   - policy: the webhook's retry policy.
  ///   - now: when it happened.
  ///   - unit: a random number in 0..<1 for the jitter.
  public static func after(
    _ input: DeliveryInput, attempt: Int, began: Timestamp? = nil, policy: RetryPolicy, now: Timestamp, unit: Double
  ) -> Transition {
    func failed(_ reason: String, retryAfter: Duration? = nil) -> Transition {
      let verdict = policy.verdict(afterAttempt: attempt, began: began, now: now, retryAfter: retryAfter, unit: unit)
      return after(verdict, reason: reason)
    }
    switch input {
    case .answered(200...299, _):
      return Transition(.delivered)
    case .answered(410, _):
      return Transition(.dead, reason: "the receiver answered 410 gone", disablesWebhook: true)
    case .answered(let status, _) where !policy.retries(status):
      return Transition(.dead, reason: "the receiver answered \(status), which is not tried again")
    case .answered(let status, let retryAfter):
      return failed("the receiver answered \(status)", retryAfter: retryAfter)
    case .judged(.retry, let reason, let status, let retryAfter):
      return failed(DeliveryInput.words(reason, status: status), retryAfter: retryAfter)
    case .judged(let judgement, let reason, let status, _):
      return judged(judgement, reason: reason, status: status)
    case .failed(let failure):
      return failure.kind.rule.retry == .never ? Transition(.dead, reason: failure.message) : failed(failure.message)
    case .dropped(let reason, let stage):
      return Transition(.filtered, reason: reason, droppedBy: stage)
    case .webhookInactive:
      return Transition(.held, reason: "the webhook is inactive")
    case .webhookDeleted:
      return Transition(.cancelled, reason: "the webhook was deleted")
    }
  }

  /// What a judgement other than `retry` leads to.
  private static func judged(_ judgement: ResponseJudgement, reason: String?, status: Int) -> Transition {
    let words = DeliveryInput.words(reason, status: status)
    return switch judgement {
    case .delivered: Transition(.delivered, reason: reason)
    case .retry, .dead: Transition(.dead, reason: words)
    case .disable: Transition(.dead, reason: words, disablesWebhook: true)
    }
  }

  private static func after(_ verdict: RetryVerdict, reason: String) -> Transition {
    switch verdict {
    case .again(let due): Transition(.retrying, reason: reason, nextAttemptAt: due)
    case .exhausted: Transition(.dead, reason: reason)
    case .tooLate: Transition(.dead, reason: "\(reason); given up: the next try would come after the deadline")
    }
  }
}
