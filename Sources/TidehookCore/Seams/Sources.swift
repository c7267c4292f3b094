// How the API keeps sources, and what they received.

/// Keeps sources. Consumer: the API's directory of sources.
public protocol SourceStore: Sendable {
  /// Stores a new source, and its first revision as made by `maker` (``WebhookRevision/madeBy``).
  func insert(_ source: Source, by maker: String) async throws(StoreError)
  /// Stores a source's next revision; fails as `stale` unless the stored revision is the one just before it.
  func update(_ source: Source, by maker: String) async throws(StoreError)
  /// Deletes a source with its revisions and all that it received; fails as `stale` when there is none.
  func delete(_ id: SourceID) async throws(StoreError)
  /// Every source, oldest first.
  func sources() async throws(StoreError) -> [Source]
}

/// Which of a source's requests a list shows, newest first.
public struct ReceiptFilter: Sendable {
  /// Of which source.
  public var source: SourceID
  /// Only in this state.
  public var state: ReceiptState?
  /// Only received at or after this time.
  public var since: Timestamp?
  /// Only received before this time.
  public var until: Timestamp?

  /// Makes a filter; everything of the source passes what is not set.
  public init(source: SourceID, state: ReceiptState? = nil, since: Timestamp? = nil, until: Timestamp? = nil) {
    self.source = source
    self.state = state
    self.since = since
    self.until = until
  }
}

/// Shows what sources received. Consumer: the API.
public protocol ReceiptHistory: Sendable {
  /// The request that brought a sender's id first, while its window lasts; `nil` for a new id.
  func earlier(_ id: String, at source: SourceID, now: Timestamp) async throws(StoreError) -> EarlierReceipt?
  /// Requests, newest first, older than `cursor` (a request's key), each without headers, body and log.
  func receipts(_ filter: ReceiptFilter, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Receipt]
  /// What sources have rejected since some time; of those that have rejected nothing, nothing. A count stops at `limit`.
  func rejections(of sources: [SourceID], since: Timestamp, upTo limit: Int) async throws(StoreError) -> [SourceID: Rejections]
  /// One request, whole.
  func receipt(_ id: InboundRequestID, of source: SourceID) async throws(StoreError) -> Receipt?
}

/// What happens to a request that is about to be stored.
public struct NewReceipt: Sendable {
  /// The request and what was decided about it; the store sets its events, and may find that it is a repeat.
  public var receipt: Receipt
  /// When it is stored: what was remembered until then is forgotten.
  public var at: Timestamp
  /// The sender's id, which later requests repeat, and until when that is remembered.
  public var dedupe: (id: String, until: Timestamp)?
  /// For a request that was stored before, the state in which it must still be; `nil` for a new one.
  public var replaces: ReceiptState?

  /// Makes a request to store.
  public init(_ receipt: Receipt, at now: Timestamp, dedupe: (id: String, until: Timestamp)? = nil, replaces: ReceiptState? = nil) {
    self.receipt = receipt
    self.at = now
    self.dedupe = dedupe
    self.replaces = replaces
  }
}

/// Keeps what sources received. Consumer: the publisher.
public protocol ReceiptStore: Sendable {
  /// Commits a request with its events and their deliveries, all in one transaction, and returns when they are on disk.
  ///
  /// What is more than ``ReceiptLimits`` allow is forgotten in the same transaction, the oldest first. A repeat is stored as such, without
  /// events, with the answer to the request that it repeats. A request without an event that is new is a repeat, too.
  /// - Returns: the request as it was stored, and one result for each event; no results for a repeat.
  /// - Throws: `stale` when its source was deleted, or a request that was stored before is not in its state any more.
  func append(_ new: NewReceipt, events: [NewEvent]) async throws(StoreError) -> (receipt: Receipt, results: [AppendResult])
}

/// How much is kept of what a source received.
public enum ReceiptLimits {
  /// The requests of each state.
  public static let requests = 1000
  /// The bytes of all requests of a source together, bodies and headers: 64 MiB.
  public static let bytes = 64 << 20
}

/// Stores what a source received, and hands its events over. Consumer: the API.
public protocol ReceiptPublisher: Sendable {
  /// Matches the events of a request to webhooks and commits all of it; returns the request as it was stored once it is on disk.
  func publish(_ new: NewReceipt, events: [PublishRequest]) async throws(StoreError) -> Receipt
}
