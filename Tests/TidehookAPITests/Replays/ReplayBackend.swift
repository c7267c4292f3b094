import Synchronization
import TidehookCore

/// Takes replays, and does nothing about them.
final class ReplayBackend: ReplayJobs {
  private struct State {
    var replays: [Replay] = []
    var requests: [ReplayRequest] = []
    var previewed: [ReplayRequest] = []
    var cancelled: [ReplayID] = []
    var preview: Result<ReplayPreview, StoreError> = .success(ReplayPreview())
    var isFull = false
    var blockers: [WebhookID] = []
  }

  private let state = Mutex(State())

  /// What was to be begun.
  var requests: [ReplayRequest] { state.withLock { $0.requests } }
  /// What was to be counted.
  var previewed: [ReplayRequest] { state.withLock { $0.previewed } }
  /// What was cancelled.
  var cancelled: [ReplayID] { state.withLock { $0.cancelled } }

  /// Adds a replay that is running.
  func add(_ request: ReplayRequest, _ ids: IDGenerator) -> ReplayID {
    let id = ReplayID(ids.next())
    let replay = Replay(
      id: id, request: request, state: .running, madeBy: "somebody", total: 9, replayed: 4, created: 1, skipped: 2,
      createdAt: StoppedClock().time)
    state.withLock { $0.replays.append(replay) }
    return id
  }

  /// What previews say from now on.
  func setPreview(_ preview: ReplayPreview) { state.withLock { $0.preview = .success(preview) } }

  /// Refuses previews from now on.
  func setPreview(_ failure: StoreError) { state.withLock { $0.preview = .failure(failure) } }

  /// Every replay waits for these from now on.
  func block(by webhooks: [WebhookID]) { state.withLock { $0.blockers = webhooks } }

  func blockers(of id: ReplayID) -> [WebhookID] { state.withLock { $0.blockers } }

  /// Begins nothing from now on.
  func fill() { state.withLock { $0.isFull = true } }

  func preview(_ request: ReplayRequest) async throws(StoreError) -> ReplayPreview {
    let preview = state.withLock { state in
      state.previewed.append(request)
      return state.preview
    }
    return try preview.get()
  }

  func start(_ request: ReplayRequest, by maker: String) async throws(StoreError) -> Replay? {
    state.withLock { state in
      guard !state.isFull else { return nil }
      state.requests.append(request)
      let id = ReplayID(TimeOrderedID(key: Int64(1000 + state.requests.count), entropy: 1))
      let replay = Replay(id: id, request: request, madeBy: maker, createdAt: StoppedClock().time)
      state.replays.append(replay)
      return replay
    }
  }

  func cancel(_ id: ReplayID) async throws(StoreError) -> Replay? {
    state.withLock { state in
      guard let index = state.replays.firstIndex(where: { $0.id == id && $0.endedAt == nil }) else { return nil }
      state.cancelled.append(id)
      state.replays[index].state = .cancelled
      state.replays[index].endedAt = StoppedClock().time
      return state.replays[index]
    }
  }

  func replay(_ id: ReplayID) async throws(StoreError) -> Replay? { state.withLock { $0.replays.first { $0.id == id } } }

  func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay] {
    state.withLock { state in
      let visible = state.replays.filter { $0.isVisible(to: principal) && $0.id.key < cursor ?? .max }
      return Array(visible.sorted { $0.id > $1.id }.prefix(limit))
    }
  }
}
