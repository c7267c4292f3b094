// A replay that runs as a job: what was asked for, and how far it has come.

/// The id of a replay: `rpl_…`.
public struct ReplayID: PrefixedID {
  /// `rpl_`.
  public static let prefix = "rpl_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// Where a replay stands.
public enum ReplayState: String, Sendable, CaseIterable {
  /// It counts what there is to do; nothing is made due yet.
  case counting
  /// It makes deliveries due.
  case running
  /// It has come to its end; what it made due may still be under way.
  case done
  /// Somebody stopped it; what it had made due by then is delivered all the same.
  case cancelled
}

/// A replay as the store keeps it.
public struct Replay: Sendable {
  /// Its id. Deliveries and events that are newer than it are no part of it.
  public var id: ReplayID
  /// What was asked for.
  public var request: ReplayRequest
  /// Where it stands.
  public var state: ReplayState
  /// The name of the key that asked.
  public var madeBy: String
  /// How many deliveries it found when it began; `nil` while it counts.
  public var total: Int?
  /// How many deliveries it made due again.
  public var replayed: Int
  /// How many missing deliveries it made.
  public var created: Int
  /// How many it found and left alone: they changed at the same moment, or were never attempted and have no original to run.
  public var skipped: Int
  /// When somebody asked.
  public var createdAt: Timestamp
  /// When it last made headway.
  public var updatedAt: Timestamp
  /// When it ended.
  public var endedAt: Timestamp?

  /// Makes a replay of its parts; a new one by default.
  public init(
    id: ReplayID, request: ReplayRequest, state: ReplayState = .counting, madeBy: String, total: Int? = nil, replayed: Int = 0,
    created: Int = 0, skipped: Int = 0, createdAt: Timestamp, updatedAt: Timestamp? = nil, endedAt: Timestamp? = nil
  ) {
    self.id = id
    self.request = request
    self.state = state
    self.madeBy = madeBy
    self.total = total
    self.replayed = replayed
    self.created = created
    self.skipped = skipped
    self.createdAt = createdAt
    self.updatedAt = updatedAt ?? createdAt
    self.endedAt = endedAt
  }

  /// The total as people are told it: a replay that finds more than it counted, because others changed deliveries meanwhile, has a larger one.
  public var grownTotal: Int? { total.map { max($0, replayed + created + skipped) } }

  /// Whether a key may see it.
  public func isVisible(to principal: Principal) -> Bool {
    guard principal.namespaces != nil else { return true }
    return request.scope.map { $0.allSatisfy { principal.mayUse($0) } } ?? false
  }
}

/// One webhook's share of a replay.
public struct ReplayPart: Sendable, Equatable {
  /// What it walks through, by key.
  public enum Kind: Sendable, CaseIterable {
    /// The webhook's deliveries.
    case deliveries
    /// The events that may have no delivery for the webhook.
    case missing
  }

  /// Whose share.
  public var webhook: WebhookID
  /// What it walks through.
  public var kind: Kind
  /// The last key that was looked at; 0 at the beginning.
  public var position: Int64

  /// Makes a part.
  public init(webhook: WebhookID, kind: Kind, position: Int64 = 0) {
    self.webhook = webhook
    self.kind = kind
    self.position = position
  }
}
