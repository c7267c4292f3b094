// Writes to PostgreSQL databases, over a few connections to each that are kept for a while.

import Synchronization
import TidehookCore
import TidehookStorage

/// The PostgreSQL databases that webhooks send to.
final class PostgresDestinations: Sendable {
  private struct State {
    var pools: [DestinationURL: SessionPool<PostgresSession>] = [:]
    var sweeps = false
  }

  /// Connections to one database: enough to keep it busy, few enough that a server with its usual hundred does not notice.
  private static let connections = 4
  /// How long a connection that nobody uses is kept.
  private static let idleTime = Duration.seconds(60)

  private let resolve: DatabaseClient.Resolve
  private let state = Mutex(State())
  private let turns = PostgresTurns()

  init(resolve: @escaping DatabaseClient.Resolve) {
    self.resolve = resolve
  }

  /// Carries out a batch; over a kept connection that turns out to be closed, once more over a fresh one: nothing is done twice.
  func write(
    _ batch: RowBatch, of event: EventPosition, to url: DestinationURL, _ target: PostgresTarget, limits: DeliveryLimits,
    phases: PhaseClock
  ) async throws(AttemptFailure) -> RowReport {
    let pool = pool(for: url, target)
    let session = try await pool.borrow()
    defer { pool.giveBack(session) }
    return try await turns.take(at: url) { () async throws(AttemptFailure) in
      try await write(batch, of: event, over: session, to: url, limits: limits, phases: phases)
    }
  }

  private func write(
    _ batch: RowBatch, of event: EventPosition, over session: PostgresSession, to url: DestinationURL, limits: DeliveryLimits,
    phases: PhaseClock
  ) async throws(AttemptFailure) -> RowReport {
    if session.isConnected {
      let result = try await session.write(batch, of: event, by: limits.end)
      guard case .failure(let failure) = result, failure.kind == .lost else { return try Self.report(result) }
    }
    let addresses = try await phases.resolving { () async throws(AttemptFailure) in try await resolve(url) }
    let connectEnd = min(limits.end, .now + limits.connectTimeout)
    try await phases.connecting { () async throws(AttemptFailure) in try await session.connect(to: addresses, by: connectEnd) }
    return try Self.report(try await session.write(batch, of: event, by: limits.end))
  }

  private static func report(_ result: Result<RowReport, SQLFailure>) throws(AttemptFailure) -> RowReport {
    switch result {
    case .success(let report): return report
    case .failure(let failure):
      switch failure.kind {
      case .lost:
        let outline = "the connection to the database was lost"
        throw AttemptFailure(.connect, "\(outline): \(failure.description)", outline: outline)
      case .late: throw AttemptFailure(.timeout, failure.description, outline: "the database did not do it in time")
      case .full, .busy, .other: throw AttemptFailure(.database, failure.description)
      }
    }
  }

  private func pool(for url: DestinationURL, _ target: PostgresTarget) -> SessionPool<PostgresSession> {
    let (pool, startsSweeping) = state.withLock { state in
      if let known = state.pools[url] { return (known, false) }
      let made = SessionPool(size: Self.connections) { PostgresSession(url: url, target: target) }
      state.pools[url] = made
      defer { state.sweeps = true }
      return (made, !state.sweeps)
    }
    if startsSweeping { sweepLater() }
    return pool
  }

  private func sweepLater() {
    Task { [weak self] in
      try? await Task.sleep(for: Self.idleTime)
      self?.sweep()
    }
  }

  /// Closes what was idle for long and forgets the databases that nothing is left of; goes on as long as there are others.
  private func sweep() {
    let moment = ContinuousClock.now - Self.idleTime
    let goesOn = state.withLock { state in
      for (url, pool) in state.pools where pool.removeIdle(where: { $0.isIdle(since: moment) }) { state.pools[url] = nil }
      state.sweeps = !state.pools.isEmpty
      return state.sweeps
    }
    if goesOn { sweepLater() }
  }
}
