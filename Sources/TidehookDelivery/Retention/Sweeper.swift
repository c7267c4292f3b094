// Removes what has been kept for long enough, in small steps beside the work, and gives the room back.

public import Logging
public import TidehookCore

/// Applies a retention policy to a store as long as the gateway runs.
public struct Sweeper: Sendable {
  private let store: any RetentionStore
  private let policy: RetentionPolicy
  private let operations: any OperationalEvents
  private let time: any TimeSource
  private let logger: Logger

  /// How many events are looked at before they are dealt with.
  static let lookedAt = 100
  /// How many requests of sources are removed in one transaction: each may be a megabyte.
  static let removedReceipts = 10
  /// How many pages are given back in one transaction, 200 KiB.
  static let shrunkPages = 50
  /// How long it waits between two transactions: they take some milliseconds, so that most of the writer's time is the work's.
  static let pause = Duration.milliseconds(25)
  /// How long it waits at most for writes that wait, in pauses.
  static let patience = 40
  /// How often it looks whether the database is too large.
  static let sizePause = Duration.seconds(30)

  /// Makes a sweeper; nothing happens before ``run()``.
  public init(
    store: any RetentionStore, policy: RetentionPolicy, operations: any OperationalEvents, time: any TimeSource, logger: Logger
  ) {
    self.store = store
    self.policy = policy
    self.operations = operations
    self.time = time
    self.logger = logger
  }

  /// Sweeps again and again until the task is cancelled. What fails is tried again the next time.
  public func run() async {
    var gauge = SizeGauge()
    var agesDue = policy.pause.map { _ in time.now() }
    while !Task.isCancelled {
      do {
        if let due = agesDue, time.now() >= due {
          try await sweepAges()
          agesDue = policy.pause.map { time.now() + $0 }
        }
        try await sweepSize(&gauge)
        try await shrink()
      } catch is CancellationError {
        return
      } catch {
        logger.warning("old events not removed", metadata: ["error": "\(error)"])
      }
      let next = time.now() + Self.sizePause
      guard (try? await time.sleep(until: agesDue.map { min($0, next) } ?? next)) != nil else { return }
    }
  }

  // MARK: By age

  /// Removes what is too old, namespace by namespace: one that is kept for ever costs nothing.
  func sweepAges() async throws {
    var removed = RemovedContent()
    var namespace = try await store.namespace(after: nil)
    while let current = namespace {
      let limits = policy.limits(of: current)
      if let shortest = limits.shortest { removed.add(try await sweep(current, limits, olderThan: shortest)) }
      namespace = try await store.namespace(after: current)
    }
    if let limit = policy.receipts { removed.add(try await sweepReceipts(before: time.now() + (.zero - limit))) }
    report(removed, because: "age")
  }

  private func sweep(_ namespace: Namespace, _ limits: RetentionLimits, olderThan shortest: Duration) async throws -> RemovedContent {
    var removed = RemovedContent()
    var last = Int64.min
    while true {
      let now = time.now()
      let events = try await store.oldestEvents(in: namespace, after: last, accepted: now + (.zero - shortest), limit: Self.lookedAt)
      guard let end = events.last else { return removed }
      let due = events.filter { limits.verdict(on: $0, at: now) != .keep }
      removed.add(try await settle(due) { limits.verdict(on: $0, at: now) })
      last = end.key
      if due.isEmpty { try await rest() }
      if events.count < Self.lookedAt { return removed }
    }
  }

  private func sweepReceipts(before end: Timestamp) async throws -> RemovedContent {
    var removed = RemovedContent()
    while true {
      let step = try await store.removeReceipts(before: end, limit: Self.removedReceipts)
      removed.add(step)
      guard step.receipts == Self.removedReceipts else { return removed }
      try await rest()
    }
  }

  // MARK: By size

  /// Removes the oldest events that are finished while the database is above its limit.
  func sweepSize(_ gauge: inout SizeGauge) async throws {
    guard let limit = policy.maxDatabaseBytes else { return }
    var removed = RemovedContent()
    var last = Int64.min
    while let used = try await store.space()?.usedBytes {
      var events: [StoredEvent] = []
      if used > limit { events = try await store.oldestEvents(in: nil, after: last, accepted: nil, limit: Self.lookedAt) }
      guard let end = events.last else {
        report(removed, because: "size")
        return tell(gauge.note(used, limit: limit))
      }
      let finished = events.filter(\.isFinished)
      // Half a batch at most between two measurements, so that little more goes than must.
      let some = Array(finished.prefix(Self.lookedAt / 2))
      removed.add(try await settle(some) { $0.isFinished ? .remove : .keep })
      last = some.count < finished.count ? some.last?.key ?? end.key : end.key
      if some.isEmpty { try await rest() }
    }
  }

  private func tell(_ event: OperationalEvent?) {
    guard let event else { return }
    logger.warning("the database is larger than its limit, and nothing in it is finished")
    operations.note(event)
  }

  // MARK: Room

  /// Gives room back that is not needed soon.
  func shrink() async throws {
    var free = Int64.max
    while let space = try await store.space() {
      guard space.surplusPages > 0, space.freePages < free else { return }
      free = space.freePages
      try await store.shrink(pages: min(Self.shrunkPages, Int(space.surplusPages)))
      try await rest()
    }
  }

  // MARK: Steps

  /// Deals with events in as many transactions as that takes.
  private func settle(
    _ events: [StoredEvent], _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws -> RemovedContent {
    var removed = RemovedContent()
    var left = events[...]
    while !left.isEmpty {
      let step = try await store.settle(Array(left), at: time.now(), verdict)
      removed.add(step.removed)
      left = left.dropFirst(step.settled)
      try await rest()
    }
    return removed
  }

  /// Lets others write.
  private func rest() async throws {
    for turn in 0..<Self.patience {
      try await time.sleep(until: time.now() + Self.pause)
      guard turn + 1 < Self.patience, store.waitingWrites > 0 else { return }
    }
  }

  private func report(_ removed: RemovedContent, because reason: String) {
    guard !removed.isEmpty else { return }
    logger.info(
      "old events removed",
      metadata: [
        "reason": "\(reason)", "events": "\(removed.events)", "deliveries": "\(removed.deliveries)", "expired": "\(removed.expired)",
        "requests": "\(removed.receipts)",
      ])
  }
}
