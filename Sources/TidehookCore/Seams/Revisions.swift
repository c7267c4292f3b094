// How the API and the delivery engine read what a webhook was like before.

/// A webhook's configuration as it was from one change to the next. It is written once and never changed.
///
/// The secret is not part of it: ``webhook`` carries the current one (empty for a deleted webhook), which signs whatever revision runs, so
/// that a secret that was replaced is never used again. Nor is ``Webhook/access``, which is empty here: whoever runs a revision takes that of now.
public struct WebhookRevision: Sendable {
  /// The configuration; its `revision` says which one this is, its `updatedAt` equals ``createdAt``.
  public var webhook: Webhook
  /// When it was made.
  public var createdAt: Timestamp
  /// The name of the key that made it, ``admin``, ``receiver`` or ``tidehook``; `unknown` for one that is older than the keeping of names.
  public var madeBy: String
  /// Whether it gave the webhook another secret; the secret itself is no part of a revision.
  public var changesSecret: Bool
  /// Which parts of the webhook's access it changed; they are no part of a revision either.
  public var changedAccess: EndpointAccess.Parts = []

  /// The maker of what the admin key changes.
  public static let admin = "admin"
  /// The maker of what an answer changes: 410, or a `response` function's `disable`, makes a webhook inactive.
  public static let receiver = "receiver"
  /// The maker of what Tidehook changes by itself: nothing but failures for days makes a webhook inactive.
  public static let tidehook = "tidehook"
  /// The maker of what was made before makers were kept.
  public static let unknown = "unknown"

  /// Makes a revision of its parts.
  public init(webhook: Webhook, createdAt: Timestamp, madeBy: String, changesSecret: Bool = false) {
    self.webhook = webhook
    self.createdAt = createdAt
    self.madeBy = madeBy
    self.changesSecret = changesSecret
  }
}

/// Tells who made webhooks. Consumer: the API.
public protocol WebhookMakers: Sendable {
  /// The makers (``WebhookRevision/madeBy``) of the first revisions of these webhooks, as far as they are known.
  func makers(of ids: [WebhookID]) async throws(StoreError) -> [WebhookID: String]
}

/// Reads the revisions of webhooks, deleted ones included. Consumers: the API, the delivery engine.
public protocol WebhookRevisions: Sendable {
  /// A webhook's revisions, newest first, below `before` where it is given; none for an unknown webhook.
  func revisions(of id: WebhookID, before: Int?, limit: Int) async throws(StoreError) -> [WebhookRevision]
  /// One revision of a webhook.
  func revision(_ number: Int, of id: WebhookID) async throws(StoreError) -> WebhookRevision?
}
