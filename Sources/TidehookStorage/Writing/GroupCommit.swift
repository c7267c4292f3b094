// The one writer: everything that waits goes into one transaction, one forced write serves all of them, then all are answered.

import Dispatch
import Glibc
import Logging
import Synchronization
import TidehookCore

/// Collects writes and commits them in groups. Groups are small when the store is idle and grow under load: then commits begin a millisecond apart, and
/// results of deliveries wait as long for new work to ride along with.
package final class GroupCommit: Sendable {
  private let queue = WriteQueue()
  private let ended = DispatchGroup()

  /// What was committed so far.
  package let counts = CommitCounts()

  /// What waits for the next transaction.
  var waiting: (count: Int, weight: Int) { queue.waiting }

  /// Starts the writer thread, which holds the queue and not this object: this object's end closes the queue, and that ends the thread.
  ///
  /// The thread is none of Dispatch's, which has 255 at most for all of a process: it blocks until the end.
  /// - Throws: a failure when the system refuses a thread.
  init(_ database: any SQLDatabase, logger: Logger) throws(SQLFailure) {
    let writer = GroupWriter(queue: queue, counts: counts, logger: logger)
    ended.enter()
    let started = startThread { [ended] in
      writer.run(database)
      ended.leave()
    }
    guard let started else {
      ended.leave()
      throw SQLFailure(.other, "the system refused a thread")
    }
    pthread_detach(started)
  }

  deinit {
    queue.close()
  }

  /// Has `body` run in the next transaction; returns what it returned once that is committed.
  ///
  /// `body` may run twice, when the transaction it was part of failed because of another write.
  func write<Value: Sendable>(
    _ attempted: @autoclosure @escaping @Sendable () -> String, _ persistence: WriteJob.Persistence = .refusable, isAwaited: Bool? = nil,
    weight: Int = 256,
    _ body: @escaping @Sendable (any SQLConnection) throws -> Value
  ) async throws(StoreError) -> Value {
    // Not a checked one: a job is answered once, here when the queue does not take it, else by the writer, and what checks that costs an object.
    let result: Result<Value, StoreError> = await withUnsafeContinuation { continuation in
      let job = WriteJob(
        persistence: persistence, isAwaited: isAwaited ?? (persistence != .kept), weight: weight,
        run: { connection in
          let value = try body(connection)
          return { continuation.resume(returning: .success(value)) }
        },
        fail: { error in
          continuation.resume(returning: .failure(StoreError(error.code, "\(attempted()): \(error.description)")))
        })
      switch queue.add(job) {
      case .added: break
      case .refused: job.fail(StoreError(.busy, "too much waits to be written"))
      case .closed: job.fail(StoreError(.closed, "the store is closed"))
      }
    }
    return try result.get()
  }

  /// Takes no more writes, commits those that wait, and returns when the writer thread has ended.
  func close() async {
    queue.close()
    await withCheckedContinuation { continuation in
      ended.notify(queue: .global()) { continuation.resume() }
    }
  }
}

/// Counts what the writer thread has done, for tests and measurements.
package final class CommitCounts: Sendable {
  /// What there is to count.
  struct Snapshot {
    var jobs = 0
    var commits = 0
    /// How long transactions took, commits included.
    var durations = LogHistogram()
  }

  private let tally = Mutex(Snapshot())

  /// Everything at one moment.
  var snapshot: Snapshot { tally.withLock { $0 } }

  /// Writes that were committed.
  package var jobs: Int { tally.withLock { $0.jobs } }
  /// Transactions that were committed.
  package var commits: Int { tally.withLock { $0.commits } }

  func add(jobs: Int, in duration: Duration) {
    tally.withLock { tally in
      tally.jobs += jobs
      tally.commits += 1
      tally.durations.add(duration.microseconds)
    }
  }
}
