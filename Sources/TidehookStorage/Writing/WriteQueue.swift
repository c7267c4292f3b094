// Where callers leave their writes and the writer thread takes them, all that wait at once.

import Dispatch
import Synchronization
import TidehookCore

/// A queue with many callers and one thread that waits at its end.
final class WriteQueue: Sendable {
  /// What the writer does next.
  enum Turn {
    /// Write these.
    case jobs([WriteJob])
    /// Nothing came in time.
    case timedOut
    /// The queue was closed and is empty.
    case closed
  }

  private struct State {
    var waiting: [WriteJob] = []
    var isClosed = false
    var isWriterAsleep = false
  }

  /// Bounds on what one transaction takes, so that the first caller in it does not wait long for the last.
  private static let maximumJobs = 512
  private static let maximumWeight = 8 << 20

  private let state = Mutex(State())
  private let alarm = DispatchSemaphore(value: 0)

  /// Leaves a job; returns `false` when the queue is closed.
  func add(_ job: WriteJob) -> Bool {
    change { state in
      guard !state.isClosed else { return false }
      state.waiting.append(job)
      return true
    }
  }

  /// Lets nobody add any more.
  func close() {
    change { $0.isClosed = true }
  }

  /// Waits for jobs and takes as many as one transaction may hold. For the writer thread alone.
  /// - Parameter timeout: how long at most; `nil` means for ever.
  func next(timeout: Duration?) -> Turn {
    let deadline = timeout.map { DispatchTime.now() + .microseconds(Int($0.microseconds)) } ?? .distantFuture
    while true {
      if let turn = takeOrFallAsleep() { return turn }
      guard alarm.wait(timeout: deadline) == .timedOut else { continue }
      // Somebody may have rung just now; then the alarm must be taken, or it would wake nobody later.
      let wasRung = state.withLock { state in
        defer { state.isWriterAsleep = false }
        return !state.isWriterAsleep
      }
      guard wasRung else { return .timedOut }
      alarm.wait()
    }
  }

  private func change<Value: Sendable>(_ body: (inout sending State) -> Value) -> Value {
    let (value, mustRing) = state.withLock { state in
      let value = body(&state)
      defer { state.isWriterAsleep = false }
      return (value, state.isWriterAsleep)
    }
    if mustRing { alarm.signal() }
    return value
  }

  private func takeOrFallAsleep() -> Turn? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isWriterAsleep = !state.isClosed
        return state.isClosed ? .closed : nil
      }
      return .jobs(Self.take(&state.waiting))
    }
  }

  private static func take(_ waiting: inout [WriteJob]) -> [WriteJob] {
    var count = 0
    var weight = 0
    while count < waiting.count, count < maximumJobs, weight < maximumWeight {
      weight += waiting[count].weight
      count += 1
    }
    let taken = Array(waiting[..<count])
    waiting.removeFirst(count)
    return taken
  }
}
