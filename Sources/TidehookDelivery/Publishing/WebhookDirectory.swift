// Every webhook in memory, with what its deliveries need ready made, and the answer to "who wants this event?".

import Synchronization
public import TidehookCore

/// A webhook at one revision, ready to deliver. A class, because each of its deliveries takes it in hand.
final class ActiveWebhook: Sendable {
  let webhook: Webhook
  /// The text of its URL, as attempts show it.
  let urlText: String
  let signer: any MessageSigner
  /// The headers that every request carries, but for the default `Content-Type` and the signatures.
  let headers: [HeaderField]
  /// Whether one of them is a `Content-Type`.
  let setsContentType: Bool
  /// The names of the signatures' headers, in lower case: a script cannot set them.
  private let signatureNames: Set<String>
  /// What opens its receiver; `nil` when nothing has to.
  let access: ActiveAccess?

  init(_ webhook: Webhook, signer: any MessageSigner, userAgent: HeaderField) {
    let names = Set(webhook.headers.map { $0.name.lowercased() })
    self.webhook = webhook
    urlText = webhook.url.description
    self.signer = signer
    headers = (names.contains("user-agent") ? [] : [userAgent]) + webhook.headers
    setsContentType = names.contains("content-type")
    signatureNames = signer.headerNames
    access = ActiveAccess(webhook.access, to: webhook.url)
  }

  /// Whether a header of that name, in lower case, is one of the signatures.
  func isReserved(_ name: String) -> Bool { signatureNames.contains(name) }
}

/// A webhook as far as matching is concerned.
struct Subscriber {
  let id: WebhookID
  let isActive: Bool
  /// Which share of the events it gets: that is for each event to find out, answers are remembered for a type.
  let sample: Double?
  let ordering: Ordering
  /// Whether it collects events into batches: they wait in the store.
  let isBatched: Bool
}

/// Knows every webhook; changes are in effect for the next event as soon as their call returns.
public final class WebhookDirectory: Sendable {
  /// Makes the signer of a webhook's revision.
  public typealias SignerFactory = @Sendable (Webhook) -> any MessageSigner

  private struct Route: Hashable {
    let type: EventType
    let namespace: Namespace
  }

  private struct Table {
    var webhooks: [WebhookID: ActiveWebhook] = [:]
    /// Remembered answers; emptied by every change.
    var routes: [Route: [Subscriber]] = [:]
  }

  /// More routes than this come from types made up at random, which are not worth remembering.
  private static let maxRoutes = 10_000

  private let table = Mutex(Table())
  private let makeSigner: SignerFactory
  let userAgent: HeaderField

  /// Makes an empty directory.
  /// - Parameter userAgent: the value of `User-Agent` on every delivery.
  public init(userAgent: String, makeSigner: @escaping SignerFactory) {
    self.userAgent = HeaderField("User-Agent", userAgent)
    self.makeSigner = makeSigner
  }

  /// Every webhook, oldest first.
  public func webhooks() -> [Webhook] {
    table.withLock { $0.webhooks.values.map(\.webhook) }.sorted { $0.id < $1.id }
  }

  /// One webhook.
  public func webhook(_ id: WebhookID) -> Webhook? { active(id)?.webhook }

  /// Takes in a new webhook, or a new revision of one.
  public func put(_ webhook: Webhook) {
    let entry = prepare(webhook)
    table.withLock {
      $0.webhooks[webhook.id] = entry
      $0.routes.removeAll()
    }
  }

  /// Forgets a webhook.
  public func remove(_ id: WebhookID) {
    table.withLock {
      $0.webhooks[id] = nil
      $0.routes.removeAll()
    }
  }

  /// Makes ready what a webhook's deliveries need, whether it is stored or not.
  func prepare(_ webhook: Webhook) -> ActiveWebhook {
    ActiveWebhook(webhook, signer: makeSigner(webhook), userAgent: userAgent)
  }

  func active(_ id: WebhookID) -> ActiveWebhook? {
    table.withLock { $0.webhooks[id] }
  }

  /// The webhooks that want events of this type in this namespace, inactive ones included; which share of them each gets is not looked at.
  func subscribers(of type: EventType, in namespace: Namespace) -> [Subscriber] {
    let route = Route(type: type, namespace: namespace)
    return table.withLock { table in
      if let known = table.routes[route] { return known }
      let found = table.webhooks.values.map(\.webhook).filter { $0.wants(type, in: namespace) }
        .map { Subscriber(id: $0.id, isActive: $0.isActive, sample: $0.sample, ordering: $0.ordering, isBatched: $0.batch != nil) }
        .sorted { $0.id < $1.id }
      if table.routes.count >= Self.maxRoutes { table.routes.removeAll() }
      table.routes[route] = found
      return found
    }
  }
}
