// What the rest of Tidehook asks of a store, one protocol for each consumer.

/// Keeps events. Consumer: the publisher.
public protocol EventStore: Sendable {
  /// Commits events and their deliveries, all in one transaction, and returns when they are on disk.
  /// - Returns: one result for each event, in order. A duplicate or conflict stops only itself.
  func append(_ events: [NewEvent]) async throws(StoreError) -> [AppendResult]
}

/// One attempt and the state that it leads to, to be written together.
public struct CompletedDelivery: Sendable {
  /// Which delivery.
  public var id: DeliveryID
  /// The attempt; `nil` when none was made, because the webhook is inactive or deleted.
  public var attempt: Attempt?
  /// The new state.
  public var transition: Transition
  /// When it was decided.
  public var at: Timestamp
  /// What the attempt says about the receiver; `nil` for nothing.
  public var signal: ReceiverSignal?
  /// Whether others may wait for it to end (``NewDelivery/orderKey``).
  public var isOrdered = false
  /// The batch that the delivery leads: attempt and transition are those of all its members. `nil` for a delivery by itself.
  public var batch: CompletedBatch?

  /// Makes a record.
  public init(id: DeliveryID, attempt: Attempt?, transition: Transition, at: Timestamp, batch: CompletedBatch? = nil) {
    self.id = id
    self.attempt = attempt
    self.transition = transition
    self.at = at
    self.batch = batch
  }
}

/// What a claim brought.
public struct Claim: Sendable {
  /// Deliveries that this node now holds, in due order.
  public var deliveries: [DueDelivery]
  /// When the webhook's next unclaimed delivery is due; `nil` when there is none.
  public var nextDue: Timestamp?

  /// Makes a claim.
  public init(deliveries: [DueDelivery], nextDue: Timestamp?) {
    self.deliveries = deliveries
    self.nextDue = nextDue
  }
}

/// Hands out due deliveries and takes their outcomes. Consumer: the delivery engine.
public protocol DeliveryQueue: Sendable {
  /// For each webhook with open deliveries that no node holds, replays aside: when the first is due.
  func backlog() async throws(StoreError) -> [WebhookID: Timestamp]
  /// The same for replays, which were made due by hand and were not tried since.
  func replayBacklog() async throws(StoreError) -> [WebhookID: Timestamp]
  /// What the receivers of some webhooks asked for when they answered 429 or 503 to deliveries that are due by `now` or to be tried again
  /// later, were replayed since, or are held; of each webhook a few at most, those that are due first.
  func askedPauses(of webhooks: [WebhookID], after now: Timestamp) async throws(StoreError) -> [AskedPause]
  /// Takes hold of up to `limit` deliveries of a webhook that are due by `now`, oldest due first, stopping early after `maxBytes` of payload.
  /// Replays are left to ``claimReplays(_:dueBy:limit:maxBytes:)``.
  func claim(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim
  /// Takes hold of replays of a webhook in the same way; its ``Claim/nextDue`` is that of the next replay.
  func claimReplays(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim
  /// Writes an outcome and lets go of the delivery; returns when it is on disk.
  func record(_ completed: CompletedDelivery) async throws(StoreError)
  /// Lets go of deliveries that were not attempted, so that they can be claimed again.
  func release(_ deliveries: [DeliveryID]) async throws(StoreError)
}

/// Keeps webhooks. Consumers: the registry, the API.
public protocol WebhookStore: Sendable {
  /// Stores a new webhook, and its first revision as made by `maker` (``WebhookRevision/madeBy``).
  func insert(_ webhook: Webhook, by maker: String) async throws(StoreError)
  /// Stores a webhook's next revision; fails as `stale` unless the stored revision is the one just before it.
  func update(_ webhook: Webhook, by maker: String) async throws(StoreError)
  /// Forgets what a webhook signed with before and that has ended by `now` (``SigningKeys``); that is no revision.
  func forgetExpiredKeys(of id: WebhookID, at now: Timestamp) async throws(StoreError)
  /// Deletes a webhook; its open and held deliveries stay until ``moveDeliveries(of:from:to:reason:at:limit:)``.
  func delete(_ id: WebhookID) async throws(StoreError)
  /// Every webhook, oldest first.
  func webhooks() async throws(StoreError) -> [Webhook]
  /// Deleted webhooks whose deliveries were not all moved: the process ended, or the disk was full, between the two.
  func unsettledDeletions() async throws(StoreError) -> [WebhookID]
  /// Moves up to `limit` unclaimed deliveries of a webhook to another state; call it until it returns less. What was to be tried again later when
  /// it became held is `retrying` when it is to be `pending`.
  /// - Returns: how many were moved.
  func moveDeliveries(
    of id: WebhookID, from states: [DeliveryState], to state: DeliveryState, reason: String?, at now: Timestamp, limit: Int
  ) async throws(StoreError) -> Int
  /// Cancels up to `limit` held deliveries of a webhook whose key is below `key`, the oldest first; call it until it returns less.
  /// - Returns: how many were cancelled.
  func skipHeld(of id: WebhookID, below key: Int64, reason: String, at now: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// What became of a wish to replay a delivery.
public enum ReplayResult: Sendable, Equatable {
  /// It is pending again, due now.
  case queued(WebhookID)
  /// There is no such delivery.
  case unknown
  /// It cannot be replayed while it is in this state, or under way.
  case refused(DeliveryState)
  /// It was never attempted, so that there is no original to run.
  case neverAttempted
  /// The revision that was asked for is not stored.
  case unknownRevision
  /// The content of its event was erased.
  case erased
}

/// Which events a list shows, newest first.
public struct EventFilter: Sendable {
  /// Only of this type.
  public var type: EventType?
  /// Only in this namespace.
  public var namespace: Namespace?
  /// Only in one of these namespaces; `nil` for no such limit.
  public var namespaces: [Namespace]?
  /// Only accepted at or after this time.
  public var since: Timestamp?
  /// Only accepted before this time.
  public var until: Timestamp?
  /// Only those with one of these keys; `nil` for no such limit.
  public var keys: [Int64]?

  /// Makes a filter; everything passes what is not set.
  public init(
    type: EventType? = nil, namespace: Namespace? = nil, namespaces: [Namespace]? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
    keys: [Int64]? = nil
  ) {
    self.type = type
    self.namespace = namespace
    self.keys = keys
    self.namespaces = namespaces
    self.since = since
    self.until = until
  }
}

/// Which deliveries a list shows.
public struct DeliveryFilter: Sendable {
  /// Only in one of these states; empty for all.
  public var states: [DeliveryState]
  /// Only dead and retrying ones whose last attempt failed so.
  public var failure: FailureKind?
  /// Only for this webhook.
  public var webhook: WebhookID?
  /// Only of events of this type.
  public var type: EventType?
  /// Only of this event.
  public var event: EventID?
  /// Only where event and webhook both are in one of these namespaces; `nil` for no such limit.
  public var namespaces: [Namespace]?
  /// Only made at or after this time.
  public var since: Timestamp?
  /// Only made before this time.
  public var until: Timestamp?

  /// Makes a filter; everything passes what is not set.
  public init(
    states: [DeliveryState] = [], failure: FailureKind? = nil, webhook: WebhookID? = nil, type: EventType? = nil, event: EventID? = nil,
    namespaces: [Namespace]? = nil, since: Timestamp? = nil, until: Timestamp? = nil
  ) {
    self.states = states
    self.failure = failure
    self.webhook = webhook
    self.type = type
    self.event = event
    self.namespaces = namespaces
    self.since = since
    self.until = until
  }
}

/// Shows what happened. Consumer: the API.
public protocol History: Sendable {
  /// One event.
  func event(_ id: EventID) async throws(StoreError) -> Event?
  /// Events, newest first, older than `cursor` (an event's key); the one whose payload brings their sum to `maxBytes` is the last.
  func events(_ filter: EventFilter, before cursor: Int64?, limit: Int, maxBytes: Int) async throws(StoreError) -> [Event]
  /// One delivery, its event and its newest attempts in order, within the bounds of ``DeliveryRecord``.
  func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryRecord?
  /// The keys of the events whose id begins with `prefix`; `nil` when there are more than `limit`.
  func eventKeys(prefix: String, upTo limit: Int) async throws(StoreError) -> [Int64]?
  /// The types or namespaces that events have, by name, at most `limit`.
  func eventUses(_ kind: EventUseKind, limit: Int) async throws(StoreError) -> [EventUse]
  /// A page of deliveries.
  func search(_ search: DeliverySearch) async throws(StoreError) -> DeliveryFinding
  /// Deliveries by webhook and cause.
  func groups(_ filter: DeliveryGroupFilter) async throws(StoreError) -> DeliveryGroups
  /// Deliveries with their events, each with its last attempt alone, in order; the one that brings them to `maxBytes` is the last.
  func lastAttempts(of deliveries: [DeliveryID], maxBytes: Int) async throws(StoreError) -> [DeliveryRecord]
  /// Makes a finished or waiting delivery due now. What an earlier replay pinned is forgotten.
  func replay(_ id: DeliveryID, at now: Timestamp, runs versions: ReplayedVersions) async throws(StoreError) -> ReplayResult
  /// Fails when the store cannot be read or written now.
  func checkHealth() async throws(StoreError)
}

/// A delivery with all that is known of it.
public struct DeliveryRecord: Sendable {
  /// The delivery.
  public var delivery: Delivery
  /// What it delivers.
  public var event: Event
  /// The namespace of its webhook, also of a deleted one; `nil` when it has none.
  public var webhookNamespace: Namespace?
  /// Its attempts, first to last; of more than ``maximumAttempts`` the newest.
  public var attempts: [Attempt]
  /// Those attempts that come without headers, bodies and log, because newer ones took ``maximumBytes``.
  public var abridged: Set<AttemptID>

  /// How many attempts a record holds.
  public static let maximumAttempts = 1000
  /// How long headers, bodies and logs of a record's attempts may be in all, but for the last that is shown whole: 8 MiB.
  public static let maximumBytes = 8 << 20

  /// Makes a record of its parts.
  public init(delivery: Delivery, event: Event, webhookNamespace: Namespace? = nil, attempts: [Attempt], abridged: Set<AttemptID> = []) {
    self.delivery = delivery
    self.event = event
    self.webhookNamespace = webhookNamespace
    self.attempts = attempts
    self.abridged = abridged
  }
}
