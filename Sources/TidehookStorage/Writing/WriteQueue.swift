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

  /// What became of a job that was brought.
  enum Admission {
    /// It waits for the writer.
    case added
    /// Too much waits already.
    case refused
    /// The queue was closed.
    case closed
  }

  private struct State {
    var waiting: [WriteJob] = []
    var waitingWeight = 0
    var isClosed = false
    var isWriterAsleep = false
  }

  /// Bounds on what one transaction takes, so that the first caller in it does not wait long for the last.
  private static let maximumJobs = 512
  private static let maximumWeight = 8 << 20
  /// How much may wait before new work is refused: 64 MiB, about a second of writing. A single job may be larger.
  private static let maximumWaitingWeight = 64 << 20

  private let state = Mutex(State())
  private let alarm = DispatchSemaphore(value: 0)

  /// How many jobs wait, and roughly how many bytes they write.
  var waiting: (count: Int, weight: Int) { state.withLock { ($0.waiting.count, $0.waitingWeight) } }

  /// Leaves a job, unless the queue is closed, or full and the job is new work.
  func add(_ job: WriteJob) -> Admission {
    change { state in
      guard !state.isClosed else { return .closed }
      let isTooMuch = state.waitingWeight > 0 && state.waitingWeight + job.weight > Self.maximumWaitingWeight
      guard job.persistence != .offered || !isTooMuch else { return .refused }
      state.waiting.append(job)
      state.waitingWeight += job.weight
      return .added
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
      return .jobs(Self.take(&state))
    }
  }

  private static func take(_ state: inout State) -> [WriteJob] {
    var count = 0
    var weight = 0
    while count < state.waiting.count, count < maximumJobs, weight < maximumWeight {
      weight += state.waiting[count].weight
      count += 1
    }
    let taken = Array(state.waiting[..<count])
    state.waiting.removeFirst(count)
    state.waitingWeight -= weight
    return taken
  }
}
