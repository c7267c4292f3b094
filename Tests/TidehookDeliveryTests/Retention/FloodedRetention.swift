import Synchronization
import TidehookCore
import TidehookTesting

/// A store whose events never stop coming, at a steady rate, and whose every transaction takes its time: somebody always waits for one.
final class FloodedRetention: RetentionStore {
  static let transaction = Duration.milliseconds(25)

  private let clock: TestClock
  private let began: Timestamp
  private let interval: Int64
  /// The number of the oldest event that is left, and how many there were of steps.
  private let state = Mutex((oldest: Int64(1), steps: 0, largest: 0))

  /// - Parameter count: how many events come while a transaction is made.
  init(perTransaction count: Int64, _ clock: TestClock) {
    self.clock = clock
    began = clock.now()
    interval = Self.transaction.microseconds / count
  }

  var steps: Int { state.withLock { $0.steps } }
  var largestStep: Int { state.withLock { $0.largest } }
  /// When the oldest event that is left was accepted.
  var oldest: Timestamp { acceptance(of: state.withLock { $0.oldest }) }

  private func acceptance(of number: Int64) -> Timestamp { began + .microseconds(number * interval) }

  func namespace(after namespace: Namespace?) async throws(StoreError) -> Namespace? { namespace == nil ? .default : nil }

  func oldestEvents(
    in namespace: Namespace?, after key: Int64, accepted: Timestamp?, limit: Int
  ) async throws(StoreError) -> [StoredEvent] {
    let end = min(accepted ?? clock.now(), clock.now())
    let first = max(state.withLock { $0.oldest }, key == .min ? 1 : key + 1)
    var events: [StoredEvent] = []
    while events.count < limit, case let number = first + Int64(events.count), acceptance(of: number) <= end {
      let row = StoredEvent.Delivery(key: number, state: .delivered, updatedAt: acceptance(of: number))
      events.append(StoredEvent(key: number, acceptedAt: row.updatedAt, deliveries: [row]))
    }
    return events
  }

  func settle(
    _ events: [StoredEvent], at now: Timestamp, rows: Int, _ verdict: @escaping @Sendable (StoredEvent) -> RetentionVerdict
  ) async throws(StoreError) -> (removed: RemovedContent, settled: Int) {
    // An event with its delivery and an attempt.
    let some = events.prefix(max(1, rows / 3))
    var removed = RemovedContent()
    removed.events = some.count { verdict($0) == .remove }
    let (last, count) = (some.last?.key ?? 0, removed.events)
    state.withLock { state in
      state.oldest = max(state.oldest, last + 1)
      state.steps += 1
      state.largest = max(state.largest, count)
    }
    clock.advance(by: Self.transaction)
    return (removed, some.count)
  }

  func removeReceipts(before time: Timestamp, limit: Int) async throws(StoreError) -> RemovedContent { RemovedContent() }
  func space() async throws(StoreError) -> StoreSpace? { nil }
  func shrink(pages: Int) async throws(StoreError) {}
  var waitingWrites: Int { 1 }
}
