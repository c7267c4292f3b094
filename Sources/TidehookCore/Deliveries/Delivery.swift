// One event for one webhook, and the tries to deliver it.

/// Where a delivery stands. Texts are those of the API; numbers, in order of declaration, those of the store.
public enum DeliveryState: String, Sendable, CaseIterable {
  /// Waiting for its first try, or under way.
  case pending
  /// Waiting for another try after a failed one.
  case retrying
  /// The receiver answered 2xx.
  case delivered
  /// The pipeline dropped it.
  case filtered
  /// No try is left.
  case dead
  /// Its webhook is inactive.
  case held
  /// Its webhook was deleted.
  case cancelled

  /// Whether a try is due now or later.
  public var isOpen: Bool {
    switch self {
    case .pending, .retrying: true
    case .delivered, .filtered, .dead, .held, .cancelled: false
    }
  }
}

/// What set off an attempt.
public enum AttemptTrigger: String, Sendable, CaseIterable {
  /// The event was published.
  case first
  /// The attempt before it failed.
  case retry
  /// Somebody asked for a replay.
  case manual
  /// Somebody tries the webhook; such attempts are not stored.
  case test
}

/// A delivery on its way into the store together with its event.
public struct NewDelivery: Sendable {
  /// Its id.
  public var id: DeliveryID
  /// For whom it is.
  public var webhook: WebhookID
  /// `pending`, or `held` for an inactive webhook.
  public var state: DeliveryState
  /// Whether this node takes it from memory once it is committed; else it is claimed from the store.
  public var isLeased: Bool
  /// What its place in the order depends on (``Ordering/key(of:)``); `nil` when it is not ordered. An ordered one is never leased: the store
  /// hands it out when its turn comes.
  public var orderKey: Int64?
  /// Whether its webhook collects events into batches.
  public var isBatched: Bool

  /// Makes a delivery to store.
  public init(id: DeliveryID, webhook: WebhookID, state: DeliveryState = .pending, isLeased: Bool, isBatched: Bool = false) {
    self.id = id
    self.webhook = webhook
    self.state = state
    self.isLeased = isLeased
    self.isBatched = isBatched
  }
}

/// A delivery that this node holds and may attempt now.
public struct DueDelivery: Sendable {
  /// Its id.
  public var id: DeliveryID
  /// For whom it is.
  public var webhook: WebhookID
  /// What is to be delivered.
  public var event: Event
  /// Attempts so far, over all rounds.
  public var attemptCount: Int
  /// Attempts before the last replay: the retry policy counts from there.
  public var earlierAttempts: Int
  /// When the round of tries began: the event was accepted, or the delivery was last replayed or resumed.
  public var roundBeganAt: Timestamp
  /// What sets off the attempt.
  public var trigger: AttemptTrigger
  /// The versions that a replay asked for; `nil` means the current ones.
  public var pinned: PinnedVersions?
  /// Whether others may wait for it to end (``NewDelivery/orderKey``).
  public var isOrdered = false
  /// The batch that it leads: all of it is delivered at once. `nil` for a delivery by itself.
  public var batch: DeliveryBatch?

  /// Makes a due delivery.
  public init(
    id: DeliveryID, webhook: WebhookID, event: Event, attemptCount: Int = 0, earlierAttempts: Int = 0,
    roundBeganAt: Timestamp? = nil, trigger: AttemptTrigger = .first, pinned: PinnedVersions? = nil, batch: DeliveryBatch? = nil
  ) {
    self.id = id
    self.webhook = webhook
    self.event = event
    self.attemptCount = attemptCount
    self.earlierAttempts = earlierAttempts
    self.roundBeganAt = roundBeganAt ?? event.acceptedAt
    self.trigger = trigger
    self.pinned = pinned
    self.batch = batch
  }
}

/// What a replay with `"revision": "original"` runs: what the delivery's first attempt ran.
public struct PinnedVersions: Sendable, Hashable {
  /// The webhook's revision.
  public var revision: Int
  /// The plugins' versions.
  public var plugins: [PluginVersion]

  /// Makes a pin.
  public init(revision: Int, plugins: [PluginVersion] = []) {
    self.revision = revision
    self.plugins = plugins
  }
}

/// A delivery as the store keeps it.
public struct Delivery: Sendable {
  /// Its id.
  public var id: DeliveryID
  /// The event's id.
  public var eventID: EventID
  /// The event's type.
  public var eventType: EventType
  /// The webhook's id; the webhook may be gone.
  public var webhookID: WebhookID
  /// Where it stands.
  public var state: DeliveryState
  /// Why: the drop's reason or the last failure.
  public var reason: String?
  /// What kind of failure made it dead or made it wait for another attempt; `nil` in other states.
  public var failure: FailureKind?
  /// The stage of the pipeline that dropped it; `nil` in other states than `filtered`, and where that was not recorded.
  public var droppedBy: DroppingStage?
  /// Attempts so far.
  public var attemptCount: Int
  /// When the next attempt is due, for open deliveries that do not wait for their turn.
  public var nextAttemptAt: Timestamp?
  /// Whether it waits until an earlier delivery of its order key has ended.
  public var waitsForTurn = false
  /// When it was made.
  public var createdAt: Timestamp
  /// When its state last changed.
  public var updatedAt: Timestamp
  /// The batch in which it went or goes.
  public var batch: BatchID?
  /// When the content of its event was erased, and with it what was sent and answered.
  public var erasedAt: Timestamp?

  /// Makes a delivery of its parts.
  public init(
    id: DeliveryID, eventID: EventID, eventType: EventType, webhookID: WebhookID, state: DeliveryState, reason: String?,
    failure: FailureKind? = nil, attemptCount: Int, nextAttemptAt: Timestamp?, createdAt: Timestamp, updatedAt: Timestamp,
    batch: BatchID? = nil
  ) {
    self.id = id
    self.eventID = eventID
    self.eventType = eventType
    self.webhookID = webhookID
    self.state = state
    self.reason = reason
    self.failure = failure
    self.attemptCount = attemptCount
    self.nextAttemptAt = nextAttemptAt
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.batch = batch
  }
}
