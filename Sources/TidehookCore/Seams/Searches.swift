// How lists are asked for and answered, so that one request costs the same however much is stored.

/// In which order a list goes.
public enum ListOrder: String, Sendable, CaseIterable {
  /// What came last comes first.
  case newest
  /// What came first comes first.
  case oldest
}

/// How much one request may look at. What it has not found by then the next request finds, which goes on where this one stopped.
public struct SearchBounds: Sendable {
  /// How many rows.
  public var rows: Int
  /// How many bytes of payloads.
  public var bytes: Int
  /// How long.
  public var time: Duration

  /// Makes bounds; those of deliveries unless given.
  public init(rows: Int = 50_000, bytes: Int = 64 << 20, time: Duration = .milliseconds(40)) {
    self.rows = rows
    self.bytes = bytes
    self.time = time
  }

  /// Those of a search through events, whose rows are longer.
  public static let events = SearchBounds(rows: 20_000)
}

/// A page of deliveries.
public struct DeliverySearch: Sendable {
  /// Which deliveries.
  public var filter: DeliveryFilter
  /// In which order.
  public var order: ListOrder
  /// The key behind which the page begins; `nil` for the first one.
  public var cursor: Int64?
  /// How many at most.
  public var limit: Int
  /// How much it may look at.
  public var bounds: SearchBounds

  /// Makes a search.
  public init(
    _ filter: DeliveryFilter, order: ListOrder = .newest, from cursor: Int64? = nil, limit: Int, bounds: SearchBounds = SearchBounds()
  ) {
    self.filter = filter
    self.order = order
    self.cursor = cursor
    self.limit = limit
    self.bounds = bounds
  }
}

/// What a search for deliveries found.
public struct DeliveryFinding: Sendable {
  /// The deliveries, in order.
  public var deliveries: [Delivery]
  /// The key up to which everything was looked at, and behind which there may be more; `nil` when everything was looked at.
  public var position: Int64?

  /// Makes a finding.
  public init(deliveries: [Delivery], position: Int64?) {
    self.deliveries = deliveries
    self.position = position
  }
}

/// Which groups of deliveries are wanted.
public struct DeliveryGroupFilter: Sendable {
  /// The states that have groups: what waits for somebody or fails.
  public static let states: [DeliveryState] = [.dead, .retrying, .held]

  /// Of these states, among ``states``.
  public var states: [DeliveryState]
  /// Only for this webhook.
  public var webhook: WebhookID?
  /// Only those whose last attempt failed so.
  public var failure: FailureKind?
  /// Only of webhooks in one of these namespaces; `nil` for no such limit.
  public var namespaces: [Namespace]?

  /// Makes a filter.
  public init(
    states: [DeliveryState] = [.dead], webhook: WebhookID? = nil, failure: FailureKind? = nil, namespaces: [Namespace]? = nil
  ) {
    self.states = states
    self.webhook = webhook
    self.failure = failure
    self.namespaces = namespaces
  }
}

/// The deliveries of a webhook that are in one state for one cause.
public struct DeliveryGroup: Sendable {
  /// The state.
  public var state: DeliveryState
  /// The webhook, which may be gone.
  public var webhook: WebhookID
  /// Why their last attempts failed; `nil` for held ones.
  public var failure: FailureKind?
  /// How many there are.
  public var count: Int
  /// Whether there may be more than ``count``.
  public var isAtLeast: Bool
  /// When the oldest and the newest of them were made.
  public var first: Timestamp, last: Timestamp
  /// The newest of them that may be shown; `nil` when there is none among the newest.
  public var example: Delivery?
  /// Of those that failed of a status, which the newest were answered with, the most frequent first.
  public var statuses: [StatusCount] = []
  /// How many of the newest ``statuses`` are of.
  public var statusesOf = 0

  /// How many deliveries were answered with a status.
  public struct StatusCount: Sendable, Equatable {
    /// The status.
    public var status: Int
    /// How many.
    public var count: Int

    /// Makes a count.
    public init(_ status: Int, count: Int) {
      self.status = status
      self.count = count
    }
  }

  /// Makes a group.
  public init(
    state: DeliveryState, webhook: WebhookID, failure: FailureKind?, count: Int, isAtLeast: Bool, first: Timestamp, last: Timestamp,
    example: Delivery?
  ) {
    self.state = state
    self.webhook = webhook
    self.failure = failure
    self.count = count
    self.isAtLeast = isAtLeast
    self.first = first
    self.last = last
    self.example = example
  }
}

/// The groups there are.
public struct DeliveryGroups: Sendable {
  /// The largest first; at most ``maximumCount``.
  public var groups: [DeliveryGroup]
  /// Whether there are more.
  public var isTruncated: Bool

  /// How many groups are told of.
  public static let maximumCount = 500
  /// Up to how many deliveries of a group are counted, while all groups together are no more than ``maximumCounted``.
  public static let maximumSize = 10_000
  /// Of how many of the newest of a group the statuses are looked at, while those of all groups together are no more than
  /// ``maximumStatusLooks``.
  public static let maximumStatuses = 100
  /// Of how many deliveries the statuses are looked at in all.
  public static let maximumStatusLooks = 1000
  /// How many deliveries are counted in all.
  public static let maximumCounted = 200_000

  /// Makes a list.
  public init(groups: [DeliveryGroup], isTruncated: Bool) {
    self.groups = groups
    self.isTruncated = isTruncated
  }

  /// Up to how many deliveries of each of so many groups are counted.
  public static func sizeLimit(of groups: Int) -> Int { min(maximumSize, max(1, maximumCounted / max(1, groups))) }
}

/// A name that events have in use, with the newest of them.
public struct EventUse: Sendable, Hashable {
  /// The type or the namespace.
  public var name: String
  /// The newest event.
  public var lastID: EventID
  /// When it was accepted.
  public var lastAt: Timestamp

  /// Makes a note.
  public init(name: String, lastID: EventID, lastAt: Timestamp) {
    self.name = name
    self.lastID = lastID
    self.lastAt = lastAt
  }
}

/// Which names events have.
public enum EventUseKind: Sendable, CaseIterable {
  /// Types.
  case types
  /// Namespaces.
  case namespaces
}
