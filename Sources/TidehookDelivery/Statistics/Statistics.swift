// Statistics: counts what happens in memory, and has it written a few seconds later, many counts in one write.

public import Logging
import Synchronization
public import TidehookCore

/// Counts events, deliveries and attempts. A delivery costs one look-up in memory and no write of its own; what a killed process has counted in
/// its last seconds is lost, the deliveries themselves are not.
public final class Statistics: DeliveryMeter, StatisticsReading {
  private let store: any RollupStore
  let time: any TimeSource
  private let logger: Logger
  let book = Mutex(CountingBook())
  private let news: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
  private let writing = ChangeLock()
  private let counting = ChangeLock()
  private let counted = Mutex<Counted?>(nil)
  /// The count that is made meanwhile, for which nobody waits.
  private let running = Mutex<Task<Void, Never>?>(nil)
  private let instant: @Sendable () -> ContinuousClock.Instant
  private let sweptHour = Mutex<Int64?>(nil)

  /// How long counts wait for others to be written with them.
  private static let interval = Duration.seconds(5)
  /// How many minutes of webhooks are written in one transaction: a millisecond or two of the writer's time.
  private static let minutesPerWrite = 64

  /// What waited, and when that was counted.
  private struct Counted {
    let standings: [WebhookID: QueueStanding]
    let began: ContinuousClock.Instant
    let ended: ContinuousClock.Instant

    func age(at now: ContinuousClock.Instant) -> CountAge {
      CountAge(of: standings.values.reduce(0) { $0 + $1.deliveries }, took: ended - began, age: now - ended)
    }
  }

  /// Makes statistics that are kept in `store`; they are written while ``run()`` runs.
  /// - Parameter instant: the clock by which it is judged how long a count takes, and how old it is.
  public init(
    store: any RollupStore, time: any TimeSource, logger: Logger, instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.store = store
    self.time = time
    self.logger = logger
    self.instant = instant
    news = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Counts what became of events.
  public func note(_ events: [NewEvent], _ results: [AppendResult]) {
    if book.withLock({ $0.note(events, results) }) { news.continuation.yield() }
  }

  /// Counts deliveries that a replay made.
  public func note(created count: Int, for webhook: WebhookID, at now: Timestamp) {
    if book.withLock({ $0.note(created: count, for: webhook, at: now) }) { news.continuation.yield() }
  }

  /// Counts an outcome.
  public func note(_ completed: CompletedDelivery, of delivery: DueDelivery) {
    if book.withLock({ $0.note(completed, of: delivery) }) { news.continuation.yield() }
  }

  /// Writes counts some seconds after the first of them, and forgets old ones once an hour, until the task is cancelled.
  public func run() async {
    // Who looks first after a start finds it counted, and the pages in memory.
    _ = try? await standings()
    for await _ in news.stream {
      guard (try? await time.sleep(until: time.now() + Self.interval)) != nil else { return }
      await flush()
      await forgetOld()
    }
  }

  /// Writes every count that is not written yet; what cannot be written now waits for the next time.
  public func flush() async {
    await writing.withLock { await write() }
  }

  private func write() async {
    var waiting = book.withLock { $0.take() }
    while !waiting.isEmpty {
      let part = Dictionary(uniqueKeysWithValues: waiting.prefix(Self.minutesPerWrite).map { ($0.key, $0.value) })
      do throws(StoreError) {
        try await store.add(part)
      } catch {
        logger.debug("statistics not written", metadata: ["error": "\(error)"])
        let left = waiting
        return book.withLock { $0.putBack(left) }
      }
      for minute in part.keys { waiting[minute] = nil }
    }
  }

  private func forgetOld() async {
    let now = time.now()
    let hour = RollupStep.hour.start(of: now)
    guard sweptHour.withLock({ $0 != hour }) else { return }
    var last: Int64?
    repeat {
      do throws(StoreError) {
        last = try await store.forgetRollups(after: last, at: now)
      } catch {
        return logger.debug("statistics not forgotten", metadata: ["error": "\(error)"])
      }
    } while last != nil
    sweptHour.withLock { $0 = hour }
  }

  /// What happened in each step of a range; what is not written yet is written first.
  public func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally] {
    await flush()
    return try await store.tallies(of: scope, in: range)
  }

  /// The same of each of some webhooks.
  public func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]] {
    await flush()
    return try await store.tallies(ofEach: webhooks, in: range)
  }

  /// The deliveries of each webhook that are not done with, counted again unless they are many and that was done a short while ago for what it costs.
  public func standings() async throws(StoreError) -> [WebhookID: QueueStanding] {
    guard let known = counted.withLock({ $0 }) else { return try await count() }
    switch known.age(at: instant()) {
    case .good: return known.standings
    case .bearable:
      refresh()
      return known.standings
    case .old: return try await count()
    }
  }

  /// Counts again, unless that goes on already: a store that fails, or is slow, is asked once at a time.
  private func refresh() {
    running.withLock { task in
      guard task == nil else { return }
      task = Task {
        _ = try? await count()
        running.withLock { $0 = nil }
      }
    }
  }

  /// The count that is made meanwhile; `nil` when there is none.
  package var refreshing: Task<Void, Never>? { running.withLock { $0 } }

  private func count() async throws(StoreError) -> [WebhookID: QueueStanding] {
    let asked = instant()
    return try await counting.withLock { () throws(StoreError) in
      let began = instant()
      // Of those who asked meanwhile one counts for all.
      if let known = counted.withLock({ $0 }), known.began > asked || known.age(at: began) == .good { return known.standings }
      let standings = try await store.standings()
      counted.withLock { $0 = Counted(standings: standings, began: began, ended: instant()) }
      return standings
    }
  }
}
