// A test send: one attempt, now, of an event that nobody stored.

public import TidehookCore

extension AttemptRunner: WebhookTester {
  /// What marks a test's request. The body is what a delivery's would be, so that receivers treat it alike; databases see no mark.
  private static let mark = HeaderField("X-Tidehook-Test", "true")

  /// Attempts to deliver an event that is not stored to a webhook, active or not, through its pipeline and signed like any other.
  /// - Returns: `nil` when it was cancelled.
  public func test(_ webhook: Webhook, on event: Event) async -> WebhookTest? {
    var marked = webhook
    marked.headers = webhook.headers.filter { $0.name.lowercased() != Self.mark.name.lowercased() } + [Self.mark]
    let startedAt = time.now()
    var attempt = Attempt(
      id: AttemptID(ids.next()), number: 1, trigger: .test, revision: webhook.revision, startedAt: startedAt, durationMicroseconds: 0)
    let delivery = DueDelivery(id: DeliveryID(ids.next()), webhook: webhook.id, event: event, trigger: .test)
    let input = await carryOut(&attempt, ofTest: delivery, for: directory.prepare(marked))
    guard let input else { return nil }
    let endedAt = time.now()
    attempt.end(input, at: endedAt)
    let transition = Transition.after(input, attempt: 1, policy: webhook.retry, now: endedAt, unit: 0)
    return WebhookTest(attempt: attempt, state: transition.state == .retrying ? .dead : transition.state, reason: transition.reason)
  }

  /// A webhook that collects gets a batch of one.
  private func carryOut(_ attempt: inout Attempt, ofTest delivery: DueDelivery, for active: ActiveWebhook) async -> DeliveryInput? {
    guard delivery.isBatched(by: active) else { return await carryOut(&attempt, of: delivery, for: active) }
    var drops: [CompletedBatch.Drop] = []
    return await carryOutBatch(&attempt, &drops, of: delivery, for: active)
  }
}
