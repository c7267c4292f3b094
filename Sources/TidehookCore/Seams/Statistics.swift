// How what happens is counted, kept and shown, one protocol for each consumer.

/// Is told what happened, from many threads; it must not wait for anything. Consumers: the publisher, the delivery engine.
public protocol DeliveryMeter: Sendable {
  /// Events were given to the store, with these results.
  func note(_ events: [NewEvent], _ results: [AppendResult])
  /// Deliveries were made for events that had none: a replay of what is missing.
  func note(created count: Int, for webhook: WebhookID, at now: Timestamp)
  /// An outcome is on disk.
  func note(_ completed: CompletedDelivery, of delivery: DueDelivery)
}

/// Whose statistics.
public enum StatisticsScope: Sendable, Hashable {
  /// All that happens, also to webhooks that were deleted.
  case gateway
  /// These webhooks, together.
  case webhooks([WebhookID])
}

/// What was counted for a webhook within one minute.
public struct CountedMinute: Sendable, Hashable {
  /// The webhook; `nil` for what belongs to none, the events.
  public var webhook: WebhookID?
  /// The first second of the minute.
  public var start: Int64

  /// Makes a minute of a webhook.
  public init(webhook: WebhookID?, start: Int64) {
    self.webhook = webhook
    self.start = start
  }
}

/// The deliveries of a webhook that are not done with, now.
public struct QueueStanding: Sendable, Hashable {
  /// Deliveries that wait for their first try, or are under way with it.
  public var pending = 0
  /// Deliveries that wait for another try, or are under way with it.
  public var retrying = 0
  /// Deliveries of an inactive webhook.
  public var held = 0
  /// Deliveries that ended without success.
  public var dead = 0
  /// Since when the one has been due that has been due for longest, or will be due first; `nil` when none is open.
  public var firstDue: Timestamp?
  /// When the oldest of the dead ones was made; `nil` when there is none.
  public var firstDead: Timestamp?

  /// All of them.
  public var deliveries: Int { pending + retrying + held + dead }

  /// Makes a standing without deliveries.
  public init() {}

  /// Adds another webhook's.
  public mutating func add(_ other: QueueStanding) {
    pending += other.pending
    retrying += other.retrying
    held += other.held
    dead += other.dead
    firstDue = [firstDue, other.firstDue].compactMap(\.self).min()
    firstDead = [firstDead, other.firstDead].compactMap(\.self).min()
  }
}

/// Keeps counts. Consumer: the statistics.
public protocol RollupStore: Sendable {
  /// Adds counts to those of their minutes, hours and days, for each webhook and for the gateway.
  func add(_ counts: [CountedMinute: Tally]) async throws(StoreError)
  /// What is known of the steps of a range, by their first seconds.
  func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally]
  /// The same of each of some webhooks; of those without any nothing.
  func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]]
  /// Forgets what has been kept long enough, of some webhooks at a time.
  /// - Parameter webhook: the key after which to go on; 0 is the gateway's.
  /// - Returns: where to go on; `nil` at the end.
  func forgetRollups(after webhook: Int64?, at now: Timestamp) async throws(StoreError) -> Int64?
  /// The deliveries of each webhook that are not done with; of those without any nothing.
  func standings() async throws(StoreError) -> [WebhookID: QueueStanding]
}

/// Shows statistics. Consumer: the API.
public protocol StatisticsReading: Sendable {
  /// What happened in each step of a range, those without anything left out, by their first seconds. What just happened is in it.
  func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally]
  /// The same of each of some webhooks; of those without any nothing.
  func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]]
  /// The deliveries of each webhook that are not done with: exact, or as they were a short while ago when they are too many to be counted often.
  func standings() async throws(StoreError) -> [WebhookID: QueueStanding]
}

/// Shows what is under way. Consumer: the API.
public protocol LaneReading: Sendable {
  /// The requests under way of each webhook; of those without any nothing.
  func requestsInFlight() -> [WebhookID: Int]
}
