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

  /// How many events at least are looked at before they are dealt with.
  static let lookedAt = 100
  /// How many requests of sources are removed in one transaction: each may be a megabyte.
  static let removedReceipts = 10
  /// How many pages are given back in one transaction, 200 KiB.
  static let shrunkPages = 50
  /// How long it waits between two transactions, unless it falls behind: they take some milliseconds, so that most of the writer's time is the
  /// work's.
  static let pause = Duration.milliseconds(25)
  /// How fast it is at least while the database is above its limit, which must shrink faster than it grows.
  static let urgentLevel = 4
  /// How many times it looks for events, by age or by size, before the other has its turn.
  static let turnLooks = 50
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
    var size = Progress()
    var agesDue = policy.pause.map { _ in time.now() }
    while !Task.isCancelled {
      do {
        if let due = agesDue, time.now() >= due {
          try await sweepAges(&size)
          agesDue = policy.pause.map { time.now() + $0 }
        }
        guard try await sweepSize(&size) else { continue }
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

  /// How far sweeps are, and how fast.
  private struct Progress {
    var gauge = SizeGauge()
    /// Behind which event it goes on.
    var position = Int64.min
    /// Whether the database was above its limit when it was measured last.
    var isOver = false
    /// How often events were looked for by age since the last turn of this one.
    var looks = 0

    /// How fast what is too old is removed: as fast as it must, so that it is late by two rounds of looks at most.
    var ages = SweepPace()
    /// The same while the database is above its limit.
    var urgentAges = SweepPace(slowest: Sweeper.urgentLevel)
    /// How fast what is above the limit is removed.
    var sizes = SweepPace(slowest: Sweeper.urgentLevel)

    /// The pace of a step by age.
    var agePace: SweepPace { isOver && urgentAges.level > ages.level ? urgentAges : ages }

    mutating func beginSweep() {
      ages.beginSweep()
      urgentAges.beginSweep()
    }

    mutating func beginOthers() {
      ages.beginOthers()
      urgentAges.beginOthers()
    }

    /// Takes in how late the oldest is that is too old, in microseconds more than it may be.
    mutating func note(lateness: Int64) {
      ages.note(excess: lateness)
      urgentAges.note(excess: lateness)
    }
  }

  // MARK: By age

  /// Removes what is too old, namespace by namespace: one that is kept for ever costs nothing.
  private func sweepAges(_ size: inout Progress) async throws {
    if let limit = policy.maxDatabaseBytes { _ = try await measure(&size, against: limit) }
    size.beginSweep()
    var removed = RemovedContent()
    var namespace = try await store.namespace(after: nil)
    while let current = namespace {
      let limits = policy.limits(of: current)
      if let shortest = limits.shortest { removed.add(try await sweep(current, limits, olderThan: shortest, &size)) }
      namespace = try await store.namespace(after: current)
    }
    if let limit = policy.receipts { removed.add(try await sweepReceipts(before: time.now() + (.zero - limit), &size)) }
    report(removed, because: "age")
  }

  private func sweep(
    _ namespace: Namespace, _ limits: RetentionLimits, olderThan shortest: Duration, _ size: inout Progress
  ) async throws -> RemovedContent {
    var removed = RemovedContent()
    var last = Int64.min
    // What is too old by now: a flood that never ends does not keep other namespaces from their turn.
    let end = time.now() + (.zero - shortest)
    let slack = (policy.pause ?? .zero) * 2
    size.beginOthers()
    while true {
      let now = time.now()
      let count = max(Self.lookedAt, size.agePace.rows / 2)
      let events = try await store.oldestEvents(in: namespace, after: last, accepted: end, limit: count)
      guard let newest = events.last else { return removed }
      let due = events.filter { limits.verdict(on: $0, at: now) != .keep }
      if let first = due.compactMap(limits.due).min() { size.note(lateness: now.microseconds - (first + slack).microseconds) }
      removed.add(try await settle(due, size.agePace) { limits.verdict(on: $0, at: now) })
      last = newest.key
      if due.isEmpty { try await rest(1) }
      try await giveTurn(to: &size)
    }
  }

  /// Lets the size have its turn after some looks: ages may be far behind.
  private func giveTurn(to size: inout Progress) async throws {
    size.looks += 1
    if size.looks.isMultiple(of: Self.turnLooks) { _ = try await sweepSize(&size) }
  }

  private func sweepReceipts(before end: Timestamp, _ size: inout Progress) async throws -> RemovedContent {
    var removed = RemovedContent()
    while true {
      let step = try await store.removeReceipts(before: end, limit: Self.removedReceipts)
      removed.add(step)
      guard step.receipts == Self.removedReceipts else { return removed }
      try await rest(size.agePace.patience)
      try await giveTurn(to: &size)
    }
  }

  // MARK: By size

  private func measure(_ size: inout Progress, against limit: Int64) async throws -> Int64? {
    let used = try await store.space()?.usedBytes
    size.isOver = used.map { $0 > limit } ?? false
    return used
  }

  /// Removes the oldest events that are finished while the database is above its limit, for a bounded number of looks.
  /// - Returns: whether there is nothing more to do now.
  private func sweepSize(_ size: inout Progress) async throws -> Bool {
    guard let limit = policy.maxDatabaseBytes else { return true }
    var removed = RemovedContent()
    for look in 0..<Self.turnLooks {
      let used = try await measure(&size, against: limit)
      guard let used else { return true }
      tell(size.gauge.watch(used, limit: limit, at: time.now()), "the database has been larger than its limit for ten minutes")
      let count = max(Self.lookedAt, size.sizes.rows / 2)
      var events: [StoredEvent] = []
      if used > limit { events = try await store.oldestEvents(in: nil, after: size.position, accepted: nil, limit: count) }
      guard let end = events.last else {
        report(removed, because: "size")
        tell(size.gauge.note(used, limit: limit), "the database is larger than its limit, and nothing in it is finished")
        size.position = .min
        size.sizes.beginSweep()
        return true
      }
      // Between two looks the file may get no smaller at all: pages are free once all of their rows are gone.
      if look == 0 { size.sizes.note(excess: used - limit) }
      let finished = events.filter(\.isFinished)
      // Half a batch at most between two measurements, so that little more goes than must.
      let some = Array(finished.prefix(count / 2))
      removed.add(try await settle(some, size.sizes) { $0.isFinished ? .remove : .keep })
      size.position = some.count < finished.count ? some.last?.key ?? end.key : end.key
      if some.isEmpty { try await rest(1) }
    }
    report(removed, because: "size")
    return false
  }

  private func tell(_ event: OperationalEvent?, _ why: Logger.Message) {
    guard let event else { return }
    logger.warning(why)
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
      try await rest(SweepPace().patience)
    }
  }

  // MARK: Steps

  /// Deals with events in as many transactions as that takes.
  private func settle(
    _ events: [StoredEvent], _ pace: SweepPace, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws -> RemovedContent {
    var removed = RemovedContent()
    var left = events[...]
    while !left.isEmpty {
      let step = try await store.settle(Array(left), at: time.now(), rows: pace.rows, verdict)
      removed.add(step.removed)
      left = left.dropFirst(step.settled)
      try await rest(pace.patience)
    }
    return removed
  }

  /// Lets others write: for a pause, and for more of them while writes wait.
  private func rest(_ patience: Int) async throws {
    try Task.checkCancellation()
    for turn in 0..<patience {
      try await time.sleep(until: time.now() + Self.pause)
      guard turn + 1 < patience, store.waitingWrites > 0 else { return }
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
