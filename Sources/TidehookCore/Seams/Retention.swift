// What the retention asks of a store.

/// How much was removed.
public struct RemovedContent: Sendable, Equatable {
  /// Events.
  public var events = 0
  /// Their deliveries.
  public var deliveries = 0
  /// The attempts of those.
  public var attempts = 0
  /// Requests of sources.
  public var receipts = 0
  /// Deliveries that were cancelled because they were held for too long.
  public var expired = 0

  /// Makes counts of nothing.
  public init() {}

  /// Adds other counts.
  public mutating func add(_ other: RemovedContent) {
    events += other.events
    deliveries += other.deliveries
    attempts += other.attempts
    receipts += other.receipts
    expired += other.expired
  }

  /// Whether anything was.
  public var isEmpty: Bool { self == RemovedContent() }
}

/// Finds and removes what has been kept for long enough, a little at a time. Consumer: the sweeper.
public protocol RetentionStore: Sendable {
  /// The first namespace behind another one, in some order, that has events.
  func namespace(after namespace: Namespace?) async throws(StoreError) -> Namespace?
  /// The oldest events behind a key, at most `limit`, and fewer where they have thousands of deliveries; of a namespace where one is named.
  /// - Parameter accepted: none that was accepted later, give or take an hour; `nil` for all.
  /// - Returns: none only when there is none.
  func oldestEvents(
    in namespace: Namespace?, after key: Int64, accepted: Timestamp?, limit: Int
  ) async throws(StoreError) -> [StoredEvent]
  /// Does with some events, in one transaction, what `verdict` says of each as it is then; stops after so many rows, or some megabytes of
  /// payloads, and at least one.
  /// - Returns: what was removed, and how many of the events were dealt with.
  func settle(
    _ events: [StoredEvent], at now: Timestamp, rows: Int, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws(StoreError) -> (removed: RemovedContent, settled: Int)
  /// Removes the oldest requests of sources that came before a time, at most `limit`.
  func removeReceipts(before time: Timestamp, limit: Int) async throws(StoreError) -> RemovedContent
  /// How much room the database takes; `nil` where that cannot be told.
  func space() async throws(StoreError) -> StoreSpace?
  /// Gives some free pages back.
  func shrink(pages: Int) async throws(StoreError)
  /// How many writes wait: whoever has time waits for them.
  var waitingWrites: Int { get }
}

extension RetentionStore {
  /// The same for as many rows as a step has that is not in a hurry.
  public func settle(
    _ events: [StoredEvent], at now: Timestamp, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws(StoreError) -> (removed: RemovedContent, settled: Int) {
    try await settle(events, at: now, rows: SweepPace.steadyRows, verdict)
  }
}
