import Synchronization
import TidehookCore

/// Keeps replays in memory: each webhook has so many dead deliveries, and each step is told.
final class MemoryReplays: ReplayStore {
  private struct State {
    var replays: [ReplayID: (replay: Replay, parts: [ReplayPart])] = [:]
    var dead: [WebhookID: [ReplayCandidate]] = [:]
  }

  let steps: AsyncStream<(webhook: WebhookID, count: Int)>
  let ends: AsyncStream<ReplayState>
  private let stepped: AsyncStream<(webhook: WebhookID, count: Int)>.Continuation
  private let ended: AsyncStream<ReplayState>.Continuation
  private let state = Mutex(State())

  init() {
    (steps, stepped) = AsyncStream.makeStream()
    (ends, ended) = AsyncStream.makeStream()
  }

  func addDead(_ count: Int, of webhook: WebhookID, _ ids: IDGenerator, at now: Timestamp) {
    let candidates = (0..<count).map { _ in
      let key = ids.next()
      return ReplayCandidate(
        key: key, state: .dead, eventID: EventID(key), type: EventType(stored: "memory.created"), namespace: .default, at: now)
    }
    state.withLock { $0.dead[webhook, default: []] += candidates }
  }

  /// Takes them away, as an erasure does.
  func removeDead(of webhook: WebhookID) { state.withLock { $0.dead[webhook] = nil } }

  func insert(_ replay: Replay, parts: [ReplayPart]) async throws(StoreError) -> Bool {
    state.withLock { $0.replays[replay.id] = (replay, parts) }
    return true
  }

  func search(
    _ part: ReplayPart, of request: ReplayRequest, for webhook: Webhook, upTo end: Int64, limit: Int
  ) async throws(StoreError) -> ReplayFinding {
    state.withLock { state in
      let all = (state.dead[webhook.id] ?? []).filter { $0.key.key > part.position && $0.key.key <= end }
      let found = Array(all.prefix(limit))
      return ReplayFinding(candidates: found, position: found.last?.key.key ?? end, isAtEnd: found.count == all.count)
    }
  }

  func advance(
    _ id: ReplayID, _ part: ReplayPart, to finding: ReplayFinding, runs versions: ReplayedVersions, ids: [DeliveryID], at now: Timestamp
  ) async throws(StoreError) -> ReplayStep {
    let isKnown = state.withLock { state in
      guard let known = state.replays[id], let index = known.parts.firstIndex(of: part) else { return false }
      if finding.isAtEnd {
        state.replays[id]?.parts.remove(at: index)
      } else {
        state.replays[id]?.parts[index].position = finding.position
      }
      state.replays[id]?.replay.replayed += finding.candidates.count
      return true
    }
    guard isKnown else { throw StoreError(.stale, "it has ended") }
    stepped.yield((part.webhook, finding.candidates.count))
    var step = ReplayStep()
    step.replayed = finding.candidates.count
    return step
  }

  func begin(_ id: ReplayID, total: Int, at now: Timestamp) async throws(StoreError) {
    state.withLock { state in
      state.replays[id]?.replay.total = total
      state.replays[id]?.replay.state = .running
    }
  }

  func end(_ id: ReplayID, as state: ReplayState, at now: Timestamp) async throws(StoreError) -> Bool {
    let isFirst = self.state.withLock { known in
      guard known.replays[id]?.replay.endedAt == nil else { return false }
      known.replays[id]?.replay.endedAt = now
      known.replays[id]?.replay.state = state
      known.replays[id]?.parts = []
      return true
    }
    if isFirst { ended.yield(state) }
    return isFirst
  }

  func runningReplays() async throws(StoreError) -> [(replay: Replay, parts: [ReplayPart])] {
    state.withLock { $0.replays.values.filter { $0.replay.endedAt == nil } }
  }

  func replay(_ id: ReplayID) async throws(StoreError) -> Replay? { state.withLock { $0.replays[id]?.replay } }

  func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay] { [] }
}
