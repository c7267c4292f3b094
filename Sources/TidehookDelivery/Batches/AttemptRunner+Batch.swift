// What is different about attempts of webhooks that collect.

import TidehookCore

extension AttemptRunner {
  /// Runs the pipeline over a delivery's batch, or over it alone, and sends what it makes.
  /// - Parameter drops: gets the members that the pipeline dropped.
  func carryOutBatch(
    _ attempt: inout Attempt, _ drops: inout [CompletedBatch.Drop], of delivery: DueDelivery, for active: ActiveWebhook
  ) async -> DeliveryInput? {
    let batch = delivery.batchOrAlone
    let run = await pipelines.run(active.webhook, on: batch, of: delivery, at: attempt.startedAt)
    var result = run.result
    if delivery.batch == nil {
      if let drop = run.dropped[0] { result.verdict = .dropped(reason: drop.reason, by: drop.stage) }
    } else {
      drops = run.dropped.sorted { $0.key < $1.key }.map { index, drop in
        CompletedBatch.Drop(id: batch.members[index].id, drop.hiding(result.secrets))
      }
    }
    return await goOn(after: result, &attempt, of: delivery, for: active)
  }

  /// Looks at a delivery before it is collected: the pipeline may drop it, or fail, which is an attempt.
  func collect(_ delivery: DueDelivery, for active: ActiveWebhook, _ policy: BatchPolicy) async -> CollectedDelivery {
    let startedAt = time.now()
    let result = await pipelines.collect(active.webhook, delivery, at: startedAt)
    if case .send = result.verdict {
      let due = delivery.event.acceptedAt + policy.maxWait
      return CollectedDelivery(id: delivery.id, outcome: .waits(policy.group(of: delivery.event), until: due))
    }
    var attempt = Attempt(
      id: AttemptID(ids.next()), number: delivery.attemptCount + 1, trigger: delivery.trigger, revision: active.webhook.revision,
      startedAt: startedAt, durationMicroseconds: 0)
    let input = await goOn(after: result, &attempt, of: delivery, for: active) ?? .failed(AttemptFailure(.script, "nothing was made"))
    let endedAt = time.now()
    attempt.end(input, at: endedAt)
    let transition = transition(after: input, attempt, of: delivery, for: active, at: endedAt)
    let completed = CompletedDelivery(id: delivery.id, attempt: attempt, transition: transition, at: endedAt)
    return CollectedDelivery(id: delivery.id, outcome: .attempted(completed))
  }
}

extension DueDelivery {
  /// Whether it goes as a batch: it was made one, or its webhook sends nothing else.
  func isBatched(by active: ActiveWebhook) -> Bool { batch != nil || active.webhook.batch != nil }

  /// What its signatures name: the batch's id, else the event's.
  func messageID(for active: ActiveWebhook) -> String {
    if let batch { return batch.id.description }
    return active.webhook.batch == nil ? event.id.rawValue : BatchID(alone: id).description
  }
}

extension DeliveryBatch {
  /// What became of it, but for those that were dropped.
  func completed(without drops: [CompletedBatch.Drop]) -> CompletedBatch {
    let dropped = Set(drops.map(\.id))
    return CompletedBatch(id: id, members: members.map(\.id).filter { !dropped.contains($0) }, dropped: drops)
  }
}
