import Synchronization
import TidehookAPI
import TidehookCore

extension Backend: StatisticsReading, LaneReading, MetricSource, SpaceReading {
  func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally] {
    try check()
    return state.withLock { state in
      state.scopes.append(scope)
      return state.tallies.filter { (range.start..<range.end).contains($0.key) }
    }
  }

  func tallies(ofEach webhooks: [WebhookID], in range: StatisticsRange) async throws(StoreError) -> [WebhookID: [Int64: Tally]] {
    state.withLock { state in
      state.webhookTallies.filter { webhooks.contains($0.key) }
        .mapValues { tallies in
          Dictionary(tallies.map { (range.start(of: $0.key), $0.value) }) { one, _ in one }
            .filter { (range.start..<range.end).contains($0.key) }
        }
    }
  }

  func spaceShortage() -> SpaceShortage? { state.withLock { $0.shortage } }

  func standings() async throws(StoreError) -> [WebhookID: QueueStanding] { state.withLock { $0.standings } }

  func requestsInFlight() -> [WebhookID: Int] { state.withLock { $0.inFlight } }

  func metrics() async -> [MetricFamily] { [MetricFamily(.gauge, "things", "Things.", 1)] }
}
