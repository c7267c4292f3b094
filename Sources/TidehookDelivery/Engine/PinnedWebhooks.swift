// Webhooks as they were at an earlier revision, for replays that ask for what ran then.

import Synchronization
import TidehookCore

/// Loads a webhook's earlier revisions and keeps those that were used last.
final class PinnedWebhooks: Sendable {
  private struct Key: Hashable {
    let id: WebhookID
    let revision: Int
  }

  /// A job that replays many deliveries meets few revisions; one that lost its place is only read again.
  private static let capacity = 64

  private let revisions: any WebhookRevisions
  private let known = Mutex<[Key: ActiveWebhook]>([:])

  init(_ revisions: any WebhookRevisions) {
    self.revisions = revisions
  }

  /// A webhook at that revision, with the secrets and the access that it has now; a receiver that it has left gets no credentials.
  /// - Throws: a failure of kind `script` when the revision cannot be read: another one must not run in its place.
  func webhook(_ current: ActiveWebhook, at revision: Int, in directory: WebhookDirectory) async throws(AttemptFailure) -> ActiveWebhook {
    guard current.webhook.revision != revision else { return current }
    let key = Key(id: current.webhook.id, revision: revision)
    if let found = known.withLock({ $0[key] }), found.webhook.signsLike(current.webhook),
      found.webhook.access == Self.access(of: current.webhook, for: found.webhook.url)
    {
      return found
    }
    let read: WebhookRevision?
    do throws(StoreError) {
      read = try await revisions.revision(revision, of: key.id)
    } catch {
      let outline = "revision \(revision) of the webhook cannot be read"
      throw AttemptFailure(.script, "\(outline): \(error)", outline: outline)
    }
    guard var webhook = read?.webhook else {
      let message = "revision \(revision) of the webhook is not stored"
      throw AttemptFailure(.script, message, outline: message)
    }
    webhook.secret = current.webhook.secret
    webhook.keys = current.webhook.keys
    webhook.access = Self.access(of: current.webhook, for: webhook.url)
    let made = directory.prepare(webhook)
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[key] = made
    }
    return made
  }

  private static func access(of current: Webhook, for url: DestinationURL) -> EndpointAccess {
    url.origin == current.url.origin ? current.access : current.access.withoutCredentials
  }
}

extension Webhook {
  /// Whether another revision has the same secrets.
  fileprivate func signsLike(_ other: Webhook) -> Bool { secret == other.secret && keys == other.keys }
}
