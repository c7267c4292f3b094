import Synchronization
import TidehookCore

/// Keeps counts in memory, fails on command, and tells each write as it comes.
final class MemoryRollups: RollupStore {
  struct State {
    var written: [[CountedMinute: Tally]] = []
    var failure: StoreError?
    var standings: [WebhookID: QueueStanding] = [:]
    var countings = 0
    /// What a count does before it is made.
    var counting: (@Sendable () async throws(StoreError) -> Void)?
    var sweeps: [Int64?] = []
  }

  let writes: AsyncStream<[CountedMinute: Tally]>
  private let wrote: AsyncStream<[CountedMinute: Tally]>.Continuation
  let state = Mutex(State())

  init() { (writes, wrote) = AsyncStream.makeStream() }

  /// All that was written, together.
  var sum: Tally {
    state.withLock { state in
      var sum = Tally()
      for tally in state.written.flatMap(\.values) { sum.add(tally) }
      return sum
    }
  }

  func add(_ counts: [CountedMinute: Tally]) async throws(StoreError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    state.withLock { $0.written.append(counts) }
    wrote.yield(counts)
  }

  func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally] { [range.start: sum] }

  func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]] {
    Dictionary(uniqueKeysWithValues: webhooks.map { ($0, [range.start: sum]) })
  }

  func forgetRollups(after webhook: Int64?, at now: Timestamp) async throws(StoreError) -> Int64? {
    state.withLock { state in
      state.sweeps.append(webhook)
      return webhook == nil ? 7 : nil
    }
  }

  func standings() async throws(StoreError) -> [WebhookID: QueueStanding] {
    let counting = state.withLock { state in
      state.countings += 1
      return state.counting
    }
    try await counting?()
    return state.withLock { $0.standings }
  }
}
