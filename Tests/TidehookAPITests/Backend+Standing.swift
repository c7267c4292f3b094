// What the doubles know of how webhooks fare.

import Synchronization
import TidehookCore

extension Backend: OperationalEvents {
  func note(_ event: OperationalEvent) { state.withLock { $0.published.append(event.request) } }
}

extension Backend: WebhookHealths {
  func health(of id: WebhookID) -> WebhookHealth { state.withLock { $0.healths[id] } ?? WebhookHealth() }

  func rule(for webhook: Webhook) -> AutoDisable? { webhook.autoDisable.rule(standard: AutoDisable()) }
}

extension Backend: HeldCounter {
  func heldCounts(of webhooks: [WebhookID], upTo limit: Int) async throws(StoreError) -> [WebhookID: Int] {
    state.withLock { state in state.held.filter { webhooks.contains($0.key) }.mapValues { min($0, limit) } }
  }
}

extension Backend: WebhookTester {
  /// Delivers everything but to the webhook called `down`.
  func test(_ webhook: Webhook, on event: Event) async -> WebhookTest? {
    state.withLock { $0.tests.append((webhook, event)) }
    var attempt = Attempt(
      id: AttemptID(TimeOrderedID(key: 1, entropy: 1)), number: 1, trigger: .test, revision: webhook.revision,
      startedAt: event.acceptedAt, durationMicroseconds: 1500)
    attempt.request = SentRequest(method: "POST", url: webhook.url.description, headers: [], body: nil)
    guard webhook.name == "down" else {
      attempt.response = ReceivedResponse(status: 204)
      return WebhookTest(attempt: attempt, state: .delivered, reason: nil)
    }
    attempt.failure = AttemptFailure(.connect, "connection refused")
    return WebhookTest(attempt: attempt, state: .dead, reason: "connection refused")
  }
}

extension Backend: OwnershipProver {
  func problem(with webhook: Webhook) async -> String? {
    state.withLock { state in
      state.asked.append(webhook.url.description)
      return state.ownershipProblem
    }
  }
}
