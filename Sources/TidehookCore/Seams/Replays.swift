// How replays run as jobs: what the API asks of whoever runs them, and what that asks of a store.

/// What a replay would do.
public struct ReplayPreview: Sendable {
  /// How many deliveries would be made due again.
  public var deliveries: Int
  /// How many missing deliveries would be made.
  public var missing: Int
  /// Whether everything was counted; else there was too much to look at, and there may be more.
  public var isComplete: Bool
  /// The first of each, with their webhooks.
  public var examples: [(webhook: WebhookID, candidate: ReplayCandidate)]

  /// How many examples there are of each.
  public static let maximumExamples = 5

  /// Makes a preview.
  public init(
    deliveries: Int = 0, missing: Int = 0, isComplete: Bool = true, examples: [(webhook: WebhookID, candidate: ReplayCandidate)] = []
  ) {
    self.deliveries = deliveries
    self.missing = missing
    self.isComplete = isComplete
    self.examples = examples
  }
}

/// Runs replays. Consumer: the API.
public protocol ReplayJobs: Sendable {
  /// Counts what a replay would do, and does nothing.
  func preview(_ request: ReplayRequest) async throws(StoreError) -> ReplayPreview
  /// Begins a replay; `nil` when ``ReplayLimits/running`` are under way.
  func start(_ request: ReplayRequest, by maker: String) async throws(StoreError) -> Replay?
  /// Ends a replay before its time; returns it as it is then, `nil` when it had ended before or there is none.
  func cancel(_ id: ReplayID) async throws(StoreError) -> Replay?
  /// One replay.
  func replay(_ id: ReplayID) async throws(StoreError) -> Replay?
  /// The inactive webhooks without which a replay cannot go on; empty while it goes on, and once it has ended.
  func blockers(of id: ReplayID) -> [WebhookID]
  /// Replays that a key may see, newest first, older than `cursor` (a replay's key).
  func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay]
}

/// How many replays there may be.
public enum ReplayLimits {
  /// At the same time.
  public static let running = 20
  /// That ended and are kept.
  public static let ended = 1000
}

/// What a search for a part's deliveries found.
public struct ReplayFinding: Sendable {
  /// What the replay is about, in the order of keys.
  public var candidates: [ReplayCandidate]
  /// The last key that was looked at.
  public var position: Int64
  /// Whether nothing is behind it.
  public var isAtEnd: Bool

  /// Makes a finding.
  public init(candidates: [ReplayCandidate], position: Int64, isAtEnd: Bool) {
    self.candidates = candidates
    self.position = position
    self.isAtEnd = isAtEnd
  }
}

/// What one step of a replay did.
public struct ReplayStep: Sendable, Equatable {
  /// Deliveries that were made due again.
  public var replayed = 0
  /// Missing deliveries that were made.
  public var created = 0
  /// Deliveries that were left alone.
  public var skipped = 0
  /// How many of those that are due now take their place in an order.
  public var ordered = 0

  /// Makes a step that did nothing.
  public init() {}
}

/// Keeps replays and takes their steps. Consumer: whoever runs them.
public protocol ReplayStore: Sendable {
  /// Stores a new replay with its parts, and forgets the oldest that ended beyond ``ReplayLimits/ended``.
  /// - Returns: false, having stored nothing, when ``ReplayLimits/running`` are under way.
  func insert(_ replay: Replay, parts: [ReplayPart]) async throws(StoreError) -> Bool
  /// Looks for deliveries of a part behind its position, and up to the replay's own key.
  /// - Parameters:
  ///   - webhook: the part's webhook as it is now.
  ///   - end: the last key to look at.
  ///   - limit: how many candidates at most. A search ends without that many when it has looked at some thousand rows.
  func search(
    _ part: ReplayPart, of request: ReplayRequest, for webhook: Webhook, upTo end: Int64, limit: Int
  ) async throws(StoreError) -> ReplayFinding
  /// Makes what was found due now and moves the part on, all in one transaction; a part that is at its end is forgotten.
  /// - Parameter ids: the ids of missing deliveries, one for each candidate.
  /// - Throws: `stale`, having written nothing, when the replay has ended, the part is elsewhere, or the webhook is inactive or deleted.
  func advance(
    _ id: ReplayID, _ part: ReplayPart, to finding: ReplayFinding, runs versions: ReplayedVersions, ids: [DeliveryID], at now: Timestamp
  ) async throws(StoreError) -> ReplayStep
  /// Notes how much there is to do, and that it begins.
  func begin(_ id: ReplayID, total: Int, at now: Timestamp) async throws(StoreError)
  /// Ends a replay; false when it had ended before, or there is none.
  func end(_ id: ReplayID, as state: ReplayState, at now: Timestamp) async throws(StoreError) -> Bool
  /// Replays that have not ended, oldest first, each with the parts that are left.
  func runningReplays() async throws(StoreError) -> [(replay: Replay, parts: [ReplayPart])]
  /// One replay.
  func replay(_ id: ReplayID) async throws(StoreError) -> Replay?
  /// Replays that a key may see, newest first, older than `cursor` (a replay's key).
  func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay]
}
