// What collecting deliveries into batches asks of a store and of pipelines.

/// What is known of a webhook's deliveries that wait for their batch.
public struct BatchOutlook: Sendable {
  /// Groups that have as many events as a batch holds.
  public var full: [BatchGroup]
  /// When the webhook's first delivery that nobody holds is due; `nil` when there is none.
  public var nextDue: Timestamp?

  /// Makes an outlook.
  public init(full: [BatchGroup], nextDue: Timestamp?) {
    self.full = full
    self.nextDue = nextDue
  }
}

/// A delivery that was looked at before it is collected.
public struct CollectedDelivery: Sendable {
  /// What follows.
  public enum Outcome: Sendable {
    /// It waits in a group until its batch is due.
    case waits(BatchGroup, until: Timestamp)
    /// The pipeline dropped it, or failed; that is an attempt.
    case attempted(CompletedDelivery)
  }

  /// Which delivery.
  public var id: DeliveryID
  /// What follows.
  public var outcome: Outcome

  /// Makes a record.
  public init(id: DeliveryID, outcome: Outcome) {
    self.id = id
    self.outcome = outcome
  }
}

/// Which batches a claim makes.
public struct BatchOrder: Sendable {
  /// How the webhook collects.
  public var policy: BatchPolicy
  /// Groups that are full; all others go when they are due.
  public var full: [BatchGroup]
  /// Makes the random half of a new batch's id.
  public var entropy: @Sendable () -> UInt64

  /// Makes an order.
  public init(policy: BatchPolicy, full: [BatchGroup], entropy: @escaping @Sendable () -> UInt64) {
    self.policy = policy
    self.full = full
    self.entropy = entropy
  }
}

/// Keeps deliveries that are collected. Consumer: the collector.
public protocol BatchStore: Sendable {
  /// Deliveries of a webhook that are due to be looked at, oldest first, stopping early after `maxBytes` of payload.
  func unsorted(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> [DueDelivery]
  /// Puts deliveries into their groups, or writes what became of them, all in one transaction. One that changed meanwhile stays as it is.
  /// - Returns: those of which an outcome was written.
  @discardableResult
  func collect(_ deliveries: [CollectedDelivery]) async throws(StoreError) -> Set<DeliveryID>
  /// What is full, of these groups or of all, and what is due next.
  func outlook(of webhook: WebhookID, in groups: Set<BatchGroup>?, maxEvents: Int) async throws(StoreError) -> BatchOutlook
  /// Takes hold of what is due and of batches that are full, as ``DeliveryQueue/claim(_:dueBy:limit:maxBytes:)`` does; a new batch is
  /// stored before it is returned, a stored one comes with the same deliveries again.
  /// - Parameter limit: how many deliveries at most, those in batches counted; a first batch that is larger comes all the same.
  func claim(
    _ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int, batches: BatchOrder
  ) async throws(StoreError) -> Claim
  /// Has up to `limit` waiting deliveries looked at again, because the webhook collects in another way now.
  /// - Parameter time: only those that were made before then; `nil` for all.
  /// - Returns: how many there were.
  func unsort(_ webhook: WebhookID, madeBefore time: Timestamp?, limit: Int) async throws(StoreError) -> Int
  /// The webhooks for which something waits that was collected.
  func collecting() async throws(StoreError) -> Set<WebhookID>
}

/// What a pipeline did with a batch.
public struct BatchPipelineResult: Sendable {
  /// What it did with those that it did not drop: a verdict for all; `dropped` when none is left.
  public var result: PipelineResult
  /// Whom it dropped, by the index of the member.
  public var dropped: [Int: PipelineDrop]

  /// Makes a result.
  public init(_ result: PipelineResult, dropped: [Int: PipelineDrop] = [:]) {
    self.result = result
    self.dropped = dropped
  }
}

/// Runs pipelines of webhooks that collect. Consumers: the collector, the delivery engine.
public protocol BatchPipelineRunner: Sendable {
  /// Runs what a pipeline does with each event by itself, up to the `filter` of the stage that has `transform_batch`: the verdict `send`
  /// means that the event is collected.
  func collect(_ webhook: Webhook, _ delivery: DueDelivery, at now: Timestamp) async -> PipelineResult
  /// Runs a webhook's stages over a batch. Without `transform_batch` the body is the JSON array of what the stages made of each event.
  func run(_ webhook: Webhook, on batch: DeliveryBatch, of delivery: DueDelivery, at now: Timestamp) async -> BatchPipelineResult
}
