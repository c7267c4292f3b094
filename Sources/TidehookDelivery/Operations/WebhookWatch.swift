// What outcomes say about their webhooks: streaks of failures, deaths, and what people are to be told of it.

import TidehookCore

/// Follows the deliveries of all webhooks. What happens to operational events, and to webhooks that get them, is counted and told to nobody.
public struct WebhookWatch: Sendable {
  let directory: WebhookDirectory
  let book: HealthBook
  private let feed: OperationalFeed
  private let pauses = FailingPauses()

  /// Makes a watch over the webhooks of a directory.
  public init(directory: WebhookDirectory, book: HealthBook, feed: OperationalFeed) {
    self.directory = directory
    self.book = book
    self.feed = feed
  }

  /// Follows an outcome that is on disk.
  /// - Returns: why the webhook is to become inactive; `nil` when it is not.
  func note(_ completed: CompletedDelivery, of delivery: DueDelivery) -> Disablement? {
    let active = directory.active(delivery.webhook)
    let isSilent = delivery.isOperational || active?.webhook.isOperational ?? false
    if completed.transition.state == .dead, !isSilent { noteDeaths(completed, of: delivery) }
    // What an earlier revision does is no word on the webhook as it is now.
    guard let active, let attempt = completed.attempt, attempt.revision == active.webhook.revision else { return nil }
    if let failure = attempt.failure { return judge(failure, of: active.webhook, isSilent: isSilent, at: completed.at) }
    guard completed.transition.state == .delivered, let streak = book.succeeded(delivery.webhook), !isSilent else { return nil }
    if pauses.tellsRecovery(of: delivery.webhook, at: completed.at) {
      feed.note(.recovered(active.webhook, after: streak, at: completed.at))
    }
    return nil
  }

  /// The members of a batch die together, but for those that the pipeline dropped. Operational events among them are told to nobody.
  private func noteDeaths(_ completed: CompletedDelivery, of delivery: DueDelivery) {
    let dead = completed.batch.map { Set($0.members) }
    for member in delivery.batchOrAlone.members where (dead?.contains(member.id) ?? true) && member.event.namespace != .operational {
      feed.note(
        DeadDelivery(id: member.id, event: member.event.id, type: member.event.type, failure: completed.attempt?.failure),
        of: delivery.webhook)
    }
  }

  private func judge(_ failure: AttemptFailure, of webhook: Webhook, isSilent: Bool, at now: Timestamp) -> Disablement? {
    let (verdict, health) = book.failed(webhook, failure.outline, at: now)
    switch verdict {
    case .nothing: return nil
    case .tell:
      if !isSilent { warn(of: webhook, health, at: now) }
      return nil
    case .disable:
      let since = health.failingSince ?? now
      return Disablement(.failing, at: now, message: "all \(health.failures) attempts since \(since.rfc3339) failed")
    }
  }

  /// Tells that a webhook has had nothing but failures for long.
  func warn(of webhook: Webhook, _ health: WebhookHealth, at now: Timestamp) {
    guard let rule = book.rule(for: webhook), pauses.tellsFailing(of: webhook.id, at: now) else { return }
    feed.note(.failing(webhook, health, rule: rule))
  }

  /// Tells that a webhook became inactive though nobody asked for it.
  func noteDisabled(_ webhook: Webhook, _ disablement: Disablement) {
    let health = book.health(of: webhook.id)
    book.wasDisabled(webhook.id)
    if !webhook.isOperational { feed.note(.disabled(webhook, disablement, health)) }
  }
}

extension DueDelivery {
  /// Whether it has nothing but what Tidehook itself tells.
  fileprivate var isOperational: Bool {
    batch?.members.allSatisfy { $0.event.namespace == .operational } ?? (event.namespace == .operational)
  }
}
