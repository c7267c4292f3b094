// The writer thread's loop: takes what waits, commits it, answers; sorts out who is to blame when a transaction fails.

import Dispatch
import Glibc
import Logging
import TidehookCore

/// Commits groups of writes until the queue is closed.
struct GroupWriter: Sendable {
  let queue: WriteQueue
  let counts: CommitCounts
  let logger: Logger

  private var trouble = DiskTrouble()
  /// Whether another process has held the database since the last commit.
  private var isHeld = false
  private var lastFailure = SQLFailure(.full, "no space is left")
  /// Writes that must not be lost and wait for the disk, or for the other process.
  private var kept: [WriteJob] = []

  init(queue: WriteQueue, counts: CommitCounts, logger: Logger) {
    self.queue = queue
    self.counts = counts
    self.logger = logger
  }

  /// Writes with the database's writing connection until the queue is closed and empty.
  func run(_ database: any SQLDatabase) {
    var writer = self
    do {
      try database.withWriter { connection in writer.loop(connection) }
    } catch {
      // Only the end of the connection can bring us here; what was answered is committed.
      logger.error("the store's writer stopped", metadata: ["error": "\(error)"])
      writer.refuseAll()
    }
  }

  private mutating func loop(_ connection: any SQLConnection) {
    while true {
      switch queue.next(timeout: kept.isEmpty ? nil : wait) {
      case .jobs(let jobs):
        let began = ContinuousClock.now
        write(jobs, connection)
        connection.tidy()
        rest(after: jobs, took: .now - began)
      case .timedOut: write([], connection)
      case .closed:
        if !kept.isEmpty { writeNow([], connection) }
        return refuseAll()
      }
    }
  }

  /// Lets those who were just answered come back with more, so that the next commit serves them all. Idle, this costs nothing.
  private func rest(after jobs: [WriteJob], took: Duration) {
    let answered = jobs.count { $0.isAwaited }
    if let pause = CommitPace.pause(answered: answered, isCrowded: queue.isCrowded, took: took) {
      usleep(UInt32(pause.microseconds))
    } else if jobs.count > 1 {
      sched_yield()
    }
  }

  /// How long what is kept waits for its next try when nothing else comes.
  private var wait: Duration { isHeld ? Self.heldWait : trouble.remaining(at: .now) }

  /// The database itself has waited for the other process already, for seconds.
  private static let heldWait = Duration.milliseconds(100)

  private mutating func refuseAll() {
    queue.close()
    for job in kept { job.fail(StoreError(.closed, "the store is closed")) }
    kept = []
    while case .jobs(let jobs) = queue.next(timeout: nil) {
      for job in jobs { job.fail(StoreError(.closed, "the store is closed")) }
    }
  }

  /// Writes what came and what was kept; while the disk is in trouble, only as often as that makes sense.
  private mutating func write(_ jobs: [WriteJob], _ connection: any SQLConnection) {
    guard trouble.refuses(at: .now) else { return writeNow(jobs, connection) }
    let results = refuse(jobs)
    if kept.isEmpty, !results.isEmpty {
      writeNow(results, connection)
    } else {
      kept += results
    }
  }

  /// Refuses what can be refused, for the reason of the last failure, and returns the rest.
  private func refuse(_ jobs: [WriteJob]) -> [WriteJob] {
    let error = lastFailure.storeError("the database cannot be written")
    return jobs.filter { job in
      switch job.persistence {
      case .offered, .refusable: job.fail(error)
      case .kept: return true
      }
      return false
    }
  }

  private mutating func writeNow(_ jobs: [WriteJob], _ connection: any SQLConnection) {
    let group = kept + jobs
    kept = []
    do {
      try commit(group, connection)
      noteSuccess(of: group)
    } catch let error where error.isPassing {
      keep(group, connection, after: error)
    } catch {
      for job in group { writeAlone(job, connection) }
    }
  }

  /// Runs every job in one transaction and answers all of them, or none.
  private func commit(_ jobs: [WriteJob], _ connection: any SQLConnection) throws(SQLFailure) {
    var answers: [@Sendable () -> Void] = []
    answers.reserveCapacity(jobs.count)
    let began = ContinuousClock.now
    do {
      try connection.begin()
      for job in jobs { answers.append(try Self.run(job, connection)) }
      try connection.commit()
    } catch {
      connection.rollback()
      throw error
    }
    counts.add(jobs: jobs.count, in: .now - began)
    for answer in answers { answer() }
  }

  /// A job's answer; an answer of "no" is one too, since it comes from a job that wrote nothing.
  private static func run(_ job: WriteJob, _ connection: any SQLConnection) throws(SQLFailure) -> @Sendable () -> Void {
    do {
      return try job.run(connection)
    } catch let error as StoreError {
      let fail = job.fail
      return { fail(error) }
    } catch {
      throw error as? SQLFailure ?? SQLFailure(.other, "\(type(of: error))")
    }
  }

  /// Writes one job of a group that failed together, so that only the one to blame fails.
  private mutating func writeAlone(_ job: WriteJob, _ connection: any SQLConnection) {
    do {
      try commit([job], connection)
    } catch let error where error.isPassing {
      keep([job], connection, after: error)
    } catch {
      job.fail(error.storeError("the database refused it"))
    }
  }

  /// What can be refused is refused, the rest is kept: for long on a full disk, until the next try when another process is in the way.
  private mutating func keep(_ group: [WriteJob], _ connection: any SQLConnection, after failure: SQLFailure) {
    lastFailure = failure
    let results = refuse(group)
    switch failure.kind {
    case .busy, .lost, .late: waitForOtherProcess(results, failure)
    case .full, .other: waitForSpace(results, of: group, connection, failure)
    }
  }

  private mutating func waitForOtherProcess(_ results: [WriteJob], _ failure: SQLFailure) {
    kept += results
    guard !isHeld else { return }
    isHeld = true
    logger.error("another process holds the database: events are refused, results wait", metadata: ["error": "\(failure)"])
  }

  /// Tries the rest by itself, which is less, and else keeps it.
  private mutating func waitForSpace(
    _ results: [WriteJob], of group: [WriteJob], _ connection: any SQLConnection, _ failure: SQLFailure
  ) {
    if results.count == group.count || !succeeds(results, connection) { kept += results }
    guard trouble.failed(at: .now) else { return }
    logger.error("the data folder cannot be written: new events are refused, results wait", metadata: ["error": "\(failure)"])
  }

  private func succeeds(_ jobs: [WriteJob], _ connection: any SQLConnection) -> Bool {
    guard !jobs.isEmpty else { return true }
    do {
      try commit(jobs, connection)
      return true
    } catch {
      return false
    }
  }

  /// Ends the trouble once something succeeded that would have been refused; that a small result still fits proves little.
  private mutating func noteSuccess(of group: [WriteJob]) {
    if isHeld {
      isHeld = false
      logger.notice("no other process holds the database any more")
    }
    guard trouble.isOn else { return }
    guard group.contains(where: { $0.persistence != .kept }) else { return trouble.eased(at: .now) }
    trouble.end()
    logger.notice("the data folder can be written again")
  }
}
