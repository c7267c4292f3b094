// Lends a few sessions to many tasks.

import Synchronization
package import TidehookCore

/// A session that is nothing but the right to work: a pool of them bounds how many do.
struct Turn: Sendable {}

/// At most `size` sessions, made as they are needed and lent first come, first served.
package final class SessionPool<Session: Sendable>: Sendable {
  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<Session?, Never>
  }

  private struct State {
    var idle: [Session] = []
    var count = 0
    var waiting: [Waiter] = []
    var nextID = 0
  }

  private let state = Mutex(State())
  private let size: Int
  private let make: @Sendable () -> Session

  /// Makes a pool without sessions.
  package init(size: Int, make: @escaping @Sendable () -> Session) {
    self.size = size
    self.make = make
  }

  /// Waits for a session; give it back.
  /// - Throws: a failure when the task is cancelled meanwhile: nobody waits for the outcome any more.
  package func borrow() async throws(AttemptFailure) -> Session {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let session = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let session = take(or: Waiter(id: id, continuation: continuation)) { continuation.resume(returning: session) }
        // Whoever was cancelled before waiting has not been found by the handler below.
        if Task.isCancelled { leave(id) }
      }
    } onCancel: {
      leave(id)
    }
    guard let session else { throw AttemptFailure(.timeout, "no connection to the database was free in time") }
    return session
  }

  /// Takes a session back: for whoever waits longest, else it is idle, the first to be lent again.
  package func giveBack(_ session: Session) {
    let next = state.withLock { state -> Waiter? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.idle.append(session)
      return nil
    }
    next?.continuation.resume(returning: session)
  }

  /// Takes the idle sessions that are to end out of the pool.
  /// - Returns: whether the pool has none left.
  package func removeIdle(where isToEnd: (Session) -> Bool) -> Bool {
    state.withLock { state in
      let before = state.idle.count
      state.idle.removeAll(where: isToEnd)
      state.count -= before - state.idle.count
      return state.count == 0 && state.waiting.isEmpty
    }
  }

  private func take(or waiter: Waiter) -> Session? {
    let (idle, makes) = state.withLock { state -> (Session?, Bool) in
      if let session = state.idle.popLast() { return (session, false) }
      guard state.count == size else {
        state.count += 1
        return (nil, true)
      }
      state.waiting.append(waiter)
      return (nil, false)
    }
    return makes ? make() : idle
  }

  private func leave(_ id: Int) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiting.remove(at: index)
    }
    waiter?.continuation.resume(returning: nil)
  }
}
