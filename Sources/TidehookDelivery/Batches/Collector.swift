// Collects deliveries into groups, and has the store make batches of those that are due or full.

import Synchronization
package import TidehookCore

/// Looks at new deliveries of webhooks that collect, outside their lanes: looking at one is no attempt that a rate limit counts.
///
/// It sleeps with its lane: a claim is made when something comes, and when the first delivery of a group has waited long enough.
package final class Collector: Sendable {
  /// How a webhook collects, as far as its deliveries in the store were brought into line with it.
  private struct Known {
    /// `nil` for that of an earlier run of the process, which may be another one.
    var policy: BatchPolicy?
    /// Whether every group that is full is marked as due in the store.
    var isChecked: Bool
  }

  /// Deliveries that are looked at and written together.
  private static let chunkSize = 128
  /// How long a claim goes on with what is new: batches that are due must not wait for all that comes.
  private static let collectTime = Duration.milliseconds(250)
  /// Deliveries that are looked at again in one transaction.
  private static let unsortSize = 500

  private let store: any BatchStore
  private let runner: AttemptRunner
  private let known = Mutex<[WebhookID: Known]>([:])

  /// Makes a collector that knows nothing of what was collected before.
  package init(store: any BatchStore, runner: AttemptRunner) {
    self.store = store
    self.runner = runner
  }

  /// Learns of what an earlier run of the process collected: its webhook may collect in another way by now, or not at all.
  package func load() async throws(StoreError) -> Set<WebhookID> {
    let webhooks = try await store.collecting()
    known.withLock { known in
      for id in webhooks where known[id] == nil { known[id] = Known(policy: nil, isChecked: false) }
    }
    return webhooks
  }

  /// Whether a change of the webhook may change how its deliveries are collected.
  package func concerns(_ webhook: Webhook) -> Bool {
    webhook.batch != nil || known.withLock { $0[webhook.id] != nil }
  }

  /// Forgets a deleted webhook.
  package func forget(_ id: WebhookID) { known.withLock { $0[id] = nil } }

  /// Is told what became of a delivery that was not collected, once that is on disk.
  package typealias Follower = @Sendable (CompletedDelivery, DueDelivery) -> Void

  /// Collects what is new, and claims batches.
  /// - Returns: `nil` when the webhook does not collect, or is inactive or deleted: its deliveries are claimed one by one.
  package func claim(_ order: Schedule.ClaimOrder, follow: Follower) async throws(StoreError) -> Claim? {
    let active = runner.directory.active(order.webhook)
    guard let active, active.webhook.isActive, let policy = active.webhook.batch else {
      try await endCollecting(order.webhook)
      return nil
    }
    let isKnown = try await adopt(policy, for: active.webhook)
    let touched = try await collect(order, for: active, policy, follow)
    do throws(StoreError) {
      return try await claim(order, policy, in: isKnown ? touched : nil)
    } catch {
      // Which groups were full is forgotten: all are counted next time.
      known.withLock { $0[order.webhook]?.isChecked = false }
      throw error
    }
  }

  private func claim(
    _ order: Schedule.ClaimOrder, _ policy: BatchPolicy, in groups: Set<BatchGroup>?
  ) async throws(StoreError) -> Claim {
    let outlook = try await store.outlook(of: order.webhook, in: groups, maxEvents: policy.maxEvents)
    let now = runner.time.now()
    let isDue = outlook.nextDue.map { $0 <= now } ?? false
    var claim = Claim(deliveries: [], nextDue: outlook.nextDue)
    if isDue || !outlook.full.isEmpty {
      let ids = runner.ids
      claim = try await store.claim(
        order.webhook, dueBy: now, limit: order.limit, maxBytes: order.maxBytes,
        batches: BatchOrder(policy: policy, full: outlook.full) { ids.next().entropy })
    }
    known.withLock { $0[order.webhook]?.isChecked = true }
    return claim
  }

  /// Puts deliveries that came since the last claim into their groups.
  /// - Returns: the groups that they are in.
  private func collect(
    _ order: Schedule.ClaimOrder, for active: ActiveWebhook, _ policy: BatchPolicy, _ follow: Follower
  ) async throws(StoreError) -> Set<BatchGroup> {
    var touched: Set<BatchGroup> = []
    let end = runner.time.now() + Self.collectTime
    repeat {
      let new = try await store.unsorted(
        order.webhook, dueBy: runner.time.now(), limit: Self.chunkSize, maxBytes: BatchPolicy.maximumBytes)
      guard !new.isEmpty else { break }
      var collected: [CollectedDelivery] = []
      for delivery in new {
        let next = await runner.collect(delivery, for: active, policy)
        if case .waits(let group, _) = next.outcome { touched.insert(group) }
        collected.append(next)
      }
      let ended = try await store.collect(collected)
      for (delivery, next) in zip(new, collected) where ended.contains(delivery.id) {
        if case .attempted(let completed) = next.outcome { follow(completed, delivery) }
      }
    } while runner.time.now() < end
    return touched
  }

  /// Has everything that waits looked at again when the webhook collects in another way than before.
  /// - Returns: whether every full group is marked as due, but for those that are touched from now on.
  private func adopt(_ policy: BatchPolicy, for webhook: Webhook) async throws(StoreError) -> Bool {
    let earlier = known.withLock { $0[webhook.id] }
    if let earlier, earlier.policy == policy { return earlier.isChecked }
    // What an earlier run collected since the last change of the webhook was collected as now.
    if let earlier { try await unsort(webhook.id, madeBefore: earlier.policy == nil ? webhook.updatedAt : nil) }
    known.withLock { $0[webhook.id] = Known(policy: policy, isChecked: false) }
    return false
  }

  /// Has everything that waits go at once, for a webhook that does not collect any more.
  private func endCollecting(_ webhook: WebhookID) async throws(StoreError) {
    guard known.withLock({ $0[webhook] != nil }) else { return }
    try await unsort(webhook, madeBefore: nil)
    forget(webhook)
  }

  private func unsort(_ webhook: WebhookID, madeBefore time: Timestamp?) async throws(StoreError) {
    while try await store.unsort(webhook, madeBefore: time, limit: Self.unsortSize) == Self.unsortSize {}
  }
}
