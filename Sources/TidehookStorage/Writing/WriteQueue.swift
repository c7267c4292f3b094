// Where callers leave their writes and the writer thread takes them, all that wait at once.

import Dispatch
import Synchronization
import TidehookCore

/// A queue with many callers and one thread that waits at its end.
///
/// New work is taken at once. Results of deliveries, for which nobody waits, ride along with it, or wait for company a moment.
package final class WriteQueue: Sendable {
  /// What the writer does next.
  package enum Turn {
    /// Write these.
    case jobs([WriteJob])
    /// Nothing came in time.
    case timedOut
    /// The queue was closed and is empty.
    case closed
  }

  /// What became of a job that was brought.
  package enum Admission {
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
    /// Those of them for which somebody waits.
    var awaited = 0
    var isClosed = false
    var sleep = Sleep.none

    /// Whether nothing that may still come is worth waiting for.
    var isWorthWriting: Bool {
      awaited > 0 || isClosed || waiting.count >= WriteQueue.maximumJobs || waitingWeight >= WriteQueue.maximumWeight
    }
  }

  /// What wakes the writer.
  private enum Sleep {
    /// It does not sleep.
    case none
    /// Any job.
    case idle
    /// A job for which somebody waits; results wait with it.
    case gathering
  }

  /// How long results wait for company, a millisecond by default: a `kill -9` in that time has them delivered again.
  private let patience: Duration

  /// Bounds on what one transaction takes, so that the first caller in it does not wait long for the last.
  private static let maximumJobs = 512
  private static let maximumWeight = 8 << 20
  /// How much may wait before new work is refused: 64 MiB, about a second of writing. A single job may be larger.
  private static let maximumWaitingWeight = 64 << 20

  private let state = Mutex(State())
  private let alarm = DispatchSemaphore(value: 0)

  /// Makes an empty queue.
  package init(patience: Duration = .milliseconds(1)) {
    self.patience = patience
  }

  /// How many jobs wait, and roughly how many bytes they write.
  var waiting: (count: Int, weight: Int) { state.withLock { ($0.waiting.count, $0.waitingWeight) } }

  /// Whether jobs wait for which somebody waits.
  var isCrowded: Bool { state.withLock { $0.awaited > 0 } }

  /// Leaves a job, unless the queue is closed, or full and the job is new work.
  package func add(_ job: WriteJob) -> Admission {
    change { state in
      guard !state.isClosed else { return .closed }
      let isTooMuch = state.waitingWeight > 0 && state.waitingWeight + job.weight > Self.maximumWaitingWeight
      guard job.persistence != .offered || !isTooMuch else { return .refused }
      state.waiting.append(job)
      state.waitingWeight += job.weight
      if job.isAwaited { state.awaited += 1 }
      return .added
    }
  }

  /// Lets nobody add any more.
  package func close() {
    change { $0.isClosed = true }
  }

  /// Waits for jobs and takes as many as one transaction may hold. For the writer thread alone.
  /// - Parameter timeout: how long at most; `nil` means for ever.
  package func next(timeout: Duration?) -> Turn {
    let deadline = timeout.map(Self.after) ?? .distantFuture
    var hasGathered = false
    while true {
      switch takeOrFallAsleep(hasGathered) {
      case .ready(let turn): return turn
      case .sleeps(.gathering):
        _ = wasRung(by: Self.after(patience))
        hasGathered = true
      case .sleeps:
        guard wasRung(by: deadline) else { return .timedOut }
      }
    }
  }

  private static func after(_ duration: Duration) -> DispatchTime { .now() + .microseconds(Int(duration.microseconds)) }

  /// Sleeps until somebody rings; false when nobody has by the deadline.
  private func wasRung(by deadline: DispatchTime) -> Bool {
    guard alarm.wait(timeout: deadline) == .timedOut else { return true }
    // Somebody may have rung just now; then the alarm must be taken, or it would wake nobody later.
    let wasRung = state.withLock { state in
      defer { state.sleep = .none }
      return state.sleep == .none
    }
    if wasRung { alarm.wait() }
    return wasRung
  }

  private func change<Value: Sendable>(_ body: (inout sending State) -> Value) -> Value {
    let (value, mustRing) = state.withLock { state in
      let value = body(&state)
      let mustRing = Self.wakes(state)
      if mustRing { state.sleep = .none }
      return (value, mustRing)
    }
    if mustRing { alarm.signal() }
    return value
  }

  private static func wakes(_ state: State) -> Bool {
    switch state.sleep {
    case .none: false
    case .idle: true
    case .gathering: state.isWorthWriting
    }
  }

  private enum Step {
    case ready(Turn)
    case sleeps(Sleep)
  }

  private func takeOrFallAsleep(_ hasGathered: Bool) -> Step {
    state.withLock { state in
      if state.waiting.isEmpty {
        guard !state.isClosed else { return .ready(.closed) }
        state.sleep = .idle
      } else {
        guard !hasGathered, !state.isWorthWriting else { return .ready(.jobs(Self.take(&state))) }
        state.sleep = .gathering
      }
      return .sleeps(state.sleep)
    }
  }

  private static func take(_ state: inout State) -> [WriteJob] {
    var count = 0
    var weight = 0
    while count < state.waiting.count, count < maximumJobs, weight < maximumWeight {
      weight += state.waiting[count].weight
      if state.waiting[count].isAwaited { state.awaited -= 1 }
      count += 1
    }
    let taken = Array(state.waiting[..<count])
    state.waiting.removeFirst(count)
    state.waitingWeight -= weight
    return taken
  }
}
