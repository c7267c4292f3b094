// One delivery to a database, answered once: by its work, by the clock, or by whoever cancels it.

import Synchronization
import TidehookCore

/// An exchange under way.
///
/// A call to a database cannot always be interrupted. Who waits for it is answered in time all the same; what then still comes of it does no
/// harm, since doing the same again is a no-op.
final class DatabaseExchange: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Exchange, Never>?
    var answer: Exchange?
    var tasks: [Task<Void, Never>] = []
  }

  let began = ContinuousClock.now
  private let state = Mutex(State())

  /// How long it has taken so far, in microseconds.
  var elapsedMicroseconds: Int64 { (ContinuousClock.now - began).microseconds }

  /// Waits for the answer. One caller.
  func answer() async -> Exchange {
    await withCheckedContinuation { continuation in
      let early = state.withLock { state in
        if state.answer == nil { state.continuation = continuation }
        return state.answer
      }
      if let early { continuation.resume(returning: early) }
    }
  }

  /// Ends these tasks with the exchange.
  func adopt(_ tasks: [Task<Void, Never>]) {
    let isOver = state.withLock { state in
      state.tasks = tasks
      return state.answer != nil
    }
    if isOver { for task in tasks { task.cancel() } }
  }

  /// Answers, unless that was done before.
  func end(_ result: Result<ReceivedResponse, AttemptFailure>, phases: ExchangePhases = ExchangePhases(), isCancelled: Bool = false) {
    var phases = phases
    phases.totalMicroseconds = elapsedMicroseconds
    let exchange = Exchange(result, phases: phases, isCancelled: isCancelled)
    let (continuation, tasks) = state.withLock { state -> (CheckedContinuation<Exchange, Never>?, [Task<Void, Never>]) in
      guard state.answer == nil else { return (nil, []) }
      state.answer = exchange
      return (state.continuation, state.tasks)
    }
    continuation?.resume(returning: exchange)
    for task in tasks { task.cancel() }
  }

  /// Ends it without an outcome: that is no attempt.
  func cancel() {
    end(.failure(AttemptFailure(.database, "cancelled")), isCancelled: true)
  }
}
