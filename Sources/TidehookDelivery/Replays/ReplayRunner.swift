// Runs replays as jobs: a few deliveries at a time, as fast as was asked for and no faster than their lanes take them.

public import Logging
import Synchronization
public import TidehookCore

/// Runs replays one step at a time, each replay in its turn. Between steps it sleeps: a lane that has room again wakes it.
public final class ReplayRunner: Sendable {
  let store: any ReplayStore
  let directory: WebhookDirectory
  let engine: DeliveryEngine
  let ids: IDGenerator
  let time: any TimeSource
  let logger: Logger
  let trouble = StoreTrouble()
  /// Previews that are under way.
  let previews = Mutex(0)
  /// The inactive webhooks that replays wait for.
  private let blocked = Mutex<[ReplayID: [WebhookID]]>([:])
  private let news = Mutex<[News]>([])
  private let wakeUps: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

  /// What happened to replays since the runner last looked.
  private enum News {
    case started(Replay, [ReplayPart])
    case ended(ReplayID)
  }

  /// How long to wait after the store failed, or said that somebody else came first.
  private static let retryDelay = Duration.seconds(1)

  /// Makes a runner; nothing goes on before ``run()``.
  public init(
    store: any ReplayStore, directory: WebhookDirectory, engine: DeliveryEngine, ids: IDGenerator, time: any TimeSource, logger: Logger
  ) {
    self.store = store
    self.directory = directory
    self.engine = engine
    self.ids = ids
    self.time = time
    self.logger = logger
    self.wakeUps = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Runs replays until its task is cancelled or the engine drains: first those that an earlier run of the process left.
  public func run() async {
    guard var jobs = await load() else { return }
    let signals = Task { [wakeUps] in
      for await _ in engine.replayRoom.stream { wakeUps.continuation.yield() }
      wakeUps.continuation.finish()
    }
    defer { signals.cancel() }
    var alarm: Task<Void, Never>?
    wake()
    for await _ in wakeUps.stream {
      let next = await goOn(&jobs)
      alarm?.cancel()
      alarm = next.map { due in Task { [time] in if (try? await time.sleep(until: due)) != nil { self.wake() } } }
    }
    alarm?.cancel()
  }

  func wake() { wakeUps.continuation.yield() }

  /// Takes over a replay that was stored.
  func begin(_ replay: Replay, _ parts: [ReplayPart]) {
    news.withLock { $0.append(.started(replay, parts)) }
    wake()
  }

  /// Lets go of a replay that has ended.
  func drop(_ id: ReplayID) {
    news.withLock { $0.append(.ended(id)) }
    wake()
  }

  /// Notes which webhooks, all of them inactive, keep a replay from going on; none when it goes on or ends.
  func noteBlockers(_ webhooks: [WebhookID], of id: ReplayID) {
    var known: Set<WebhookID> = []
    let each = webhooks.filter { known.insert($0).inserted }
    blocked.withLock { $0[id] = each.isEmpty ? nil : each }
  }

  /// The inactive webhooks without which a replay cannot go on, each once.
  public func blockers(of id: ReplayID) -> [WebhookID] {
    blocked.withLock { $0[id] ?? [] }
  }

  private func load() async -> [RunningReplay]? {
    while !Task.isCancelled {
      do throws(StoreError) {
        return try await store.runningReplays().map { RunningReplay($0.replay, parts: $0.parts) }
      } catch {
        guard error.code != .closed else { return nil }
        trouble.report("replays not read", error, at: time.now(), logger)
      }
      guard (try? await time.sleep(until: time.now() + Self.retryDelay)) != nil else { return nil }
    }
    return nil
  }

  /// Takes steps until none can be taken now.
  /// - Returns: when the next one can be; `nil` when that takes news or room in a lane.
  private func goOn(_ jobs: inout [RunningReplay]) async -> Timestamp? {
    while !Task.isCancelled {
      takeNews(&jobs)
      var next: Timestamp?
      var didGoOn = false
      for index in jobs.indices.reversed() {
        switch await step(&jobs[index]) {
        case .wentOn: didGoOn = true
        case .ended: jobs.remove(at: index)
        case .waits(let due): next = [next, due].compactMap { $0 }.min()
        }
      }
      if !didGoOn { return next }
    }
    return nil
  }

  private func takeNews(_ jobs: inout [RunningReplay]) {
    let news = news.withLock { news in
      defer { news = [] }
      return news
    }
    for entry in news {
      switch entry {
      case .started(let replay, let parts):
        // One that was started while the stored ones were read may be among those.
        if !jobs.contains(where: { $0.id == replay.id }) { jobs.append(RunningReplay(replay, parts: parts)) }
      case .ended(let id):
        jobs.removeAll { $0.id == id }
        noteBlockers([], of: id)
      }
    }
  }

  /// What came of a step.
  enum Progress {
    /// There may be more to do at once.
    case wentOn
    /// The replay is over.
    case ended
    /// There is nothing to do before then; `nil` when that depends on others.
    case waits(Timestamp?)
  }

  private func step(_ job: inout RunningReplay) async -> Progress {
    let now = time.now()
    if let end = job.pausedUntil, end > now { return .waits(end) }
    job.pausedUntil = nil
    do throws(StoreError) {
      let progress = try await job.count == nil ? goOn(&job, now) : count(&job, now)
      trouble.end(logger)
      return progress
    } catch {
      guard error.code != .closed else { return .ended }
      if error.code != .stale {
        trouble.report("replay does not go on", error, at: now, logger)
      } else if let progress = await reload(&job) {
        return progress
      }
      job.pausedUntil = now + Self.retryDelay
      return .waits(job.pausedUntil)
    }
  }

  /// Somebody ended the replay, moved its part, or changed a webhook: looks at what there is now.
  private func reload(_ job: inout RunningReplay) async -> Progress? {
    let id = job.id
    guard let found = try? await store.runningReplays() else { return nil }
    guard let known = found.first(where: { $0.replay.id == id }) else { return .ended }
    job = RunningReplay(known.replay, parts: known.parts)
    return nil
  }
}
