import TidehookCore
import TidehookDelivery
import TidehookStorage

extension Simulation {
  /// Starts and claims all that can be.
  mutating func settleDown() async throws {
    var claims: [Schedule.ClaimOrder] = []
    repeat {
      schedule.endPauses(now: now)
      try await pump()
      claims = schedule.startClaims(now: now).sorted { $0.webhook < $1.webhook }
      for order in claims {
        let claim =
          order.areReplays
          ? try await store.claimReplays(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes)
          : try await store.claim(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes)
        try ledger.claim(claim.deliveries, at: now)
        schedule.finishClaim(order, claim, retryAt: now + .seconds(1))
      }
    } while !claims.isEmpty
  }

  private mutating func pump() async throws {
    while let next = schedule.takeNext(now: now)?.delivery {
      guard schedule.inFlight <= Self.limits.inFlight / 4 * 5 else { throw Violation("\(schedule.inFlight) under way") }
      guard let webhook = webhooks[next.webhook], webhook.isActive, let receiver = receivers[webhook.id] else {
        try await end(next, nil)
        continue
      }
      try ledger.start(next.id, of: webhook, schedule.state(of: webhook.id, now: now), at: now)
      attempts += 1
      let (input, duration) = receiver.answer(dice)
      add(.ended(next, input), at: now + duration)
    }
  }

  /// What follows from an attempt; `input` is `nil` when none was made.
  mutating func end(_ delivery: DueDelivery, _ input: DeliveryInput?) async throws {
    let webhook = webhooks[delivery.webhook]
    let policy = webhook?.retry ?? RetryPolicy()
    let happened = input ?? (webhook == nil ? .webhookDeleted : .webhookInactive)
    let attempt = delivery.attemptCount + 1 - delivery.earlierAttempts
    var transition = Transition.after(
      happened, attempt: attempt, began: delivery.roundBeganAt, policy: policy, now: now, unit: dice.unit())
    if transition.state == .retrying, webhook == nil {
      transition = Transition.after(.webhookDeleted, attempt: 1, policy: policy, now: now, unit: 0)
    }
    let signal = input.flatMap { ReceiverSignal($0, policy: policy) }
    schedule.noteHealth(delivery.webhook, delivery.id, signal, now: now)
    if let webhook, input != nil { ledger.note(signal, delivery.id, of: webhook, schedule.state(of: webhook.id, now: now), at: now) }
    schedule.finishExchange(delivery.webhook)
    var completed = CompletedDelivery(
      id: delivery.id, attempt: input.map { record($0, of: delivery, webhook) }, transition: transition, at: now)
    completed.isOrdered = delivery.isOrdered
    try await store.record(completed)
    try ledger.end(delivery.id, happened, transition, policy, wasTried: input != nil, at: now)
    let due = delivery.isOrdered ? now : transition.nextAttemptAt
    _ = schedule.finishRecord(delivery.webhook, bytes: delivery.event.payload.count, retryAt: due)
    if transition.disablesWebhook { try await setActive(delivery.webhook, false) }
  }

  private func record(_ input: DeliveryInput, of delivery: DueDelivery, _ webhook: Webhook?) -> Attempt {
    Attempt(
      id: AttemptID(ids.next()), number: delivery.attemptCount + 1, trigger: delivery.trigger, revision: webhook?.revision ?? 0,
      startedAt: now, durationMicroseconds: 0, failure: input.failure)
  }
}
