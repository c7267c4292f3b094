import Synchronization
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
        let claim = try await fetch(order)
        try ledger.claim(claim.deliveries, for: webhooks[order.webhook], at: now)
        schedule.finishClaim(order, claim, retryAt: now + .seconds(1))
      }
    } while !claims.isEmpty
  }

  /// Claims replays, deliveries, or the batches of a webhook that collects.
  private mutating func fetch(_ order: Schedule.ClaimOrder) async throws -> Claim {
    if order.areReplays { return try await store.claimReplays(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes) }
    let ended = Mutex<[(CompletedDelivery, DueDelivery)]>([])
    let batches = try await collector.claim(order) { completed, delivery in ended.withLock { $0.append((completed, delivery)) } }
    for (completed, delivery) in ended.withLock({ $0 }) {
      try ledger.endCollecting(delivery.id, completed, webhooks[delivery.webhook]?.retry ?? RetryPolicy())
    }
    if let batches, let webhook = webhooks[order.webhook] {
      ledger.collect(for: webhook, at: now)
      return batches
    }
    return try await store.claim(order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes)
  }

  private mutating func pump() async throws {
    while let next = schedule.takeNext(now: now)?.delivery {
      guard schedule.inFlight <= Self.limits.inFlight / 4 * 5 else { throw Violation("\(schedule.inFlight) under way") }
      guard let webhook = webhooks[next.webhook], webhook.isActive, let receiver = receivers[webhook.id] else {
        try await end(next, nil)
        continue
      }
      try ledger.start(next, of: webhook, schedule.state(of: webhook.id, now: now), at: now)
      attempts += 1
      let answer = receiver.answer(dice, members: next.memberIDs.count)
      add(.ended(next, answer), at: now + answer.duration)
    }
  }

  /// What follows from an attempt; `answer` is `nil` when none was made.
  mutating func end(_ delivery: DueDelivery, _ answer: SimulatedAnswer?) async throws {
    let webhook = webhooks[delivery.webhook]
    let policy = webhook?.retry ?? RetryPolicy()
    let happened = answer?.input ?? (webhook == nil ? .webhookDeleted : .webhookInactive)
    let attempt = delivery.attemptCount + 1 - delivery.earlierAttempts
    var transition = Transition.after(
      happened, attempt: attempt, began: delivery.roundBeganAt, policy: policy, now: now, unit: dice.unit())
    if transition.state == .retrying, webhook == nil {
      transition = Transition.after(.webhookDeleted, attempt: 1, policy: policy, now: now, unit: 0)
    }
    let signal = answer.flatMap { ReceiverSignal($0.input, policy: policy) }
    schedule.noteHealth(delivery.webhook, delivery.id, signal, now: now)
    if let webhook, answer != nil { ledger.note(signal, delivery.id, of: webhook, schedule.state(of: webhook.id, now: now), at: now) }
    let made = answer.map { record($0.input, of: delivery, webhook) }
    let bytes = made?.ownBytes ?? 0
    schedule.finishExchange(delivery.webhook, bytes: bytes)
    var completed = CompletedDelivery(id: delivery.id, attempt: made, transition: transition, at: now)
    completed.isOrdered = delivery.isOrdered
    completed.batch = delivery.batch?.completed(after: answer)
    try await store.record(completed)
    try ledger.end(completed, of: delivery, happened, policy)
    let due = delivery.isOrdered ? now : transition.nextAttemptAt
    _ = schedule.finishRecord(delivery.webhook, bytes: delivery.heldBytes + bytes, retryAt: due)
    if transition.disablesWebhook { try await setActive(delivery.webhook, false) }
  }

  /// An attempt as it is recorded: what the receiver was sent and answered names the events.
  private func record(_ input: DeliveryInput, of delivery: DueDelivery, _ webhook: Webhook?) -> Attempt {
    var attempt = Attempt(
      id: AttemptID(ids.next()), number: delivery.attemptCount + 1, trigger: delivery.trigger, revision: webhook?.revision ?? 0,
      startedAt: now, durationMicroseconds: 0, failure: input.failure)
    guard let (status, retryAfter) = input.answer, let url = webhook?.url else { return attempt }
    let events = delivery.batch?.members.map(\.event.id.rawValue) ?? [delivery.event.id.rawValue]
    let text = Array(events.joined(separator: " ").utf8)
    attempt.request = SentRequest(method: "POST", url: url.description, headers: [], body: delivery.batch == nil ? nil : text)
    attempt.response = ReceivedResponse(
      status: status, headers: retryAfter.map { [HeaderField("Retry-After", "\($0.components.seconds)")] } ?? [], body: text)
    return attempt
  }
}

extension DeliveryInput {
  /// What the receiver answered.
  var answer: (status: Int, retryAfter: Duration?)? {
    switch self {
    case .answered(let status, let retryAfter), .judged(_, _, let status, let retryAfter): (status, retryAfter)
    case .failed, .dropped, .webhookInactive, .webhookDeleted: nil
    }
  }
}

extension DeliveryBatch {
  /// What became of it, and whom the pipeline dropped.
  fileprivate func completed(after answer: SimulatedAnswer?) -> CompletedBatch {
    var dropped = Set(answer?.dropped.map { members[$0].id } ?? [])
    if case .dropped = answer?.input { dropped = Set(members.map(\.id)) }
    return CompletedBatch(
      id: id, members: members.map(\.id).filter { !dropped.contains($0) },
      dropped: members.map(\.id).filter(dropped.contains).map { CompletedBatch.Drop(id: $0, PipelineDrop("no tag", by: nil)) })
  }
}
