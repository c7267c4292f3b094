import Synchronization
import TidehookAPI
import TidehookCore

extension Backend: StatisticsReading, LaneReading, MetricSource {
  func tallies(of scope: StatisticsScope, in range: StatisticsRange) async throws(StoreError) -> [Int64: Tally] {
    try check()
    return state.withLock { state in
      state.scopes.append(scope)
      return state.tallies.filter { (range.start..<range.end).contains($0.key) }
    }
  }

  func standings() async throws(StoreError) -> [WebhookID: QueueStanding] { state.withLock { $0.standings } }

  func requestsInFlight() -> [WebhookID: Int] { state.withLock { $0.inFlight } }

  func metrics() async -> [MetricFamily] { [MetricFamily(.gauge, "things", "Things.", 1)] }
}
