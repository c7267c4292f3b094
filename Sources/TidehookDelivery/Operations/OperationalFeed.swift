// Where operational events come together: bounded, merged where there may be many, and published beside everything else.

import DequeModule
public import Logging
import Synchronization
public import TidehookCore

/// Publishes operational events, in the order in which they came.
///
/// Whoever notes one never waits: it goes into a bounded queue, and ``run(publishing:)`` publishes what is in there. While the store takes
/// nothing, such as on a full disk, events wait.
public final class OperationalFeed: OperationalEvents {
  private struct State {
    var waiting: Deque<OperationalEvent> = []
    var deaths = DeathTally()
    /// How many events found no room since the log said so last.
    var dropped = 0
  }

  private let state = Mutex(State())
  private let time: any TimeSource
  private let logger: Logger
  private let wakeUps = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
  /// What the reports of dead deliveries say about a webhook.
  private let webhook: @Sendable (WebhookID) -> Webhook?

  /// Events that may wait, each at most a few KiB long.
  private static let maximumWaiting = 1000
  /// Events that are published in one transaction.
  private static let batchSize = 100
  /// How long to wait before the store is tried again.
  private static let retryDelay = Duration.seconds(1)

  /// Makes a feed.
  /// - Parameter webhook: finds a webhook as it is now.
  public init(time: any TimeSource, logger: Logger, webhook: @escaping @Sendable (WebhookID) -> Webhook?) {
    self.time = time
    self.logger = logger
    self.webhook = webhook
  }

  /// Takes an event.
  public func note(_ event: OperationalEvent) {
    state.withLock { Self.add(event, to: &$0) }
    wakeUps.continuation.yield()
  }

  /// Counts a dead delivery; the first of its webhook becomes an event at once, the others of the same minute one at its end.
  public func note(_ delivery: DeadDelivery, of id: WebhookID) {
    let now = time.now()
    let wakes = state.withLock { state in
      let due = state.deaths.nextDue
      if let report = state.deaths.add(delivery, of: id, at: now) {
        Self.add(.dead(report, of: webhook(id)), to: &state)
        return true
      }
      return state.deaths.nextDue != due
    }
    if wakes { wakeUps.continuation.yield() }
  }

  /// Publishes what is noted until the task is cancelled; then all that is left, once.
  public func run(publishing publisher: any EventPublisher) async {
    var alarm: Task<Void, Never>?
    for await _ in wakeUps.stream {
      let isPublished = await publish(to: publisher)
      alarm?.cancel()
      let now = time.now()
      let due = state.withLock { $0.deaths.nextDue }
      let next = isPublished ? due : min(now + Self.retryDelay, due ?? now + Self.retryDelay)
      alarm = next.map { due in
        Task { [time, wakeUps] in if (try? await time.sleep(until: due)) != nil { wakeUps.continuation.yield() } }
      }
    }
    alarm?.cancel()
    takeReports { $0.takeAll() }
    _ = await publish(to: publisher)
  }

  /// Publishes what waits.
  /// - Returns: whether nothing is left.
  private func publish(to publisher: any EventPublisher) async -> Bool {
    let now = time.now()
    takeReports { $0.takeDue(at: now) }
    while true {
      let batch = state.withLock { Array($0.waiting.prefix(Self.batchSize)) }
      guard let first = batch.first else { return true }
      do throws(StoreError) {
        _ = try await publisher.publish(batch.map(\.request))
        let dropped = state.withLock { state in
          state.waiting.removeFirst(batch.count)
          defer { state.dropped = 0 }
          return state.dropped
        }
        if dropped > 0 { logger.warning("operational events dropped: too many waited", metadata: ["count": "\(dropped)"]) }
      } catch {
        logger.warning("operational event not published yet", metadata: ["event": "\(first.type)", "error": "\(error)"])
        return false
      }
    }
  }

  private func takeReports(_ take: (inout DeathTally) -> [DeathReport]) {
    state.withLock { state in
      for report in take(&state.deaths) { Self.add(.dead(report, of: webhook(report.webhook)), to: &state) }
    }
  }

  private static func add(_ event: OperationalEvent, to state: inout State) {
    guard state.waiting.count < maximumWaiting else {
      state.dropped += 1
      return
    }
    state.waiting.append(event)
  }
}
