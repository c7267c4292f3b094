// A clock that stands still until a test moves it, and random numbers that a test chose.

import Synchronization
public import TidehookCore

/// Time under the test's control. Sleepers wake in order when ``advance(by:)`` passes their deadline; nothing waits for real.
public final class TestClock: TimeSource {
  private struct Sleeper {
    let id: Int
    let deadline: Timestamp
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: Timestamp
    var sleepers: [Sleeper] = []
    var nextID = 0
    var watchers: [CheckedContinuation<Timestamp, Never>] = []
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  /// Makes a clock that says `now`, 2026-04-13T10:30:00Z unless told otherwise.
  public init(now: Timestamp = Timestamp(microseconds: 1_776_076_200_000_000)) {
    state = Mutex(State(now: now))
  }

  /// What the test last said.
  public func now() -> Timestamp { state.withLock { $0.now } }

  /// Waits until the test has moved the clock to `deadline`.
  public func sleep(until deadline: Timestamp) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let sleeper = Sleeper(id: id, deadline: deadline, continuation: continuation)
        enum Next { case wait, wake, cancel }
        let (next, watchers): (Next, [CheckedContinuation<Timestamp, Never>]) = state.withLock { state in
          if state.cancelled.remove(id) != nil { return (.cancel, []) }
          guard deadline > state.now else { return (.wake, []) }
          state.sleepers.append(sleeper)
          defer { state.watchers = [] }
          return (.wait, state.watchers)
        }
        switch next {
        case .wait: for watcher in watchers { watcher.resume(returning: deadline) }
        case .wake: continuation.resume()
        case .cancel: continuation.resume(throwing: CancellationError())
        }
      }
    } onCancel: {
      let sleeper: Sleeper? = state.withLock { state in
        guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
          state.cancelled.insert(id)
          return nil
        }
        return state.sleepers.remove(at: index)
      }
      sleeper?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Returns the earliest deadline that somebody sleeps until, waiting for a sleeper if there is none.
  public func nextSleep() async -> Timestamp {
    await withCheckedContinuation { continuation in
      let deadline: Timestamp? = state.withLock { state in
        if let first = state.sleepers.map(\.deadline).min() { return first }
        state.watchers.append(continuation)
        return nil
      }
      if let deadline { continuation.resume(returning: deadline) }
    }
  }

  /// Moves the clock, backwards too, and wakes everybody whose deadline has come.
  public func advance(by duration: Duration) {
    let woken: [Sleeper] = state.withLock { state in
      state.now = state.now + duration
      let due = state.sleepers.filter { $0.deadline <= state.now }
      state.sleepers.removeAll { $0.deadline <= state.now }
      return due
    }
    for sleeper in woken.sorted(by: { $0.deadline < $1.deadline }) { sleeper.continuation.resume() }
  }
}

/// Random bits that always are the same.
public struct FixedRandom: RandomSource {
  private let value: UInt64

  /// Makes a source; the default lies in the middle, where jitter changes nothing.
  public init(bits value: UInt64 = 1 << 63) {
    self.value = value
  }

  /// The value it was made with.
  public func bits() -> UInt64 { value }
}
