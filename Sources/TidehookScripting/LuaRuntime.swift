import Glibc
import Synchronization
import TidehookCore

/// Runs scripts on threads of its own: never on an event loop, never on Swift's cooperative pool.
///
/// Each lane (see ``ScriptJob/lane``) has a queue of its own, and the one that has had the least CPU time goes first (see ``FairQueue``). Where there are
/// several threads neither one lane has them all, nor all those lanes together whose calls take long: scripts that use up their CPU time in every call
/// hold up their own webhooks only. Each thread has its own interpreter and compiles each script once.
public final class LuaRuntime: Sendable {
  private enum Work: Sendable {
    case run(ScriptJob, @Sendable (ScriptResult) -> Void)
    case check(ScriptSource, ScriptEntry, @Sendable (Result<Void, ScriptError>) -> Void)
    case describe(ScriptSource, @Sendable (Result<[UInt8], ScriptError>) -> Void)
  }

  /// The lane of all checks and descriptions; those of sources begin at 1.
  private static let checkLane: UInt64 = 0

  /// The limits that every call is held to.
  public let limits: ScriptLimits
  private let queue: WorkQueue<Work>
  private let compiled: CompilationCount
  let runs: RunCounts
  private let threads: Mutex<[pthread_t]>

  /// Starts the threads.
  /// - Parameter threads: how many scripts may run at the same time; at least 1. As many as there are cores is right.
  public init(threads: Int, limits: ScriptLimits = ScriptLimits()) {
    self.limits = limits
    let queue = WorkQueue<Work>(threadsPerLane: max(1, threads - 1))
    self.queue = queue
    let compiled = CompilationCount()
    self.compiled = compiled
    let runs = RunCounts()
    self.runs = runs
    let started = (0..<max(1, threads)).compactMap { _ in
      startThread { Self.work(on: queue, limits: limits, compiled: compiled, runs: runs) }
    }
    precondition(!started.isEmpty, "no thread could be started for scripts")
    self.threads = Mutex(started)
  }

  deinit { shutdown() }

  /// How many scripts were compiled to be run, over all threads.
  package var compilations: Int { compiled.value.load(ordering: .relaxed) }

  /// Compiles a script, runs its top level and sees that what it defines is usable. An event is not needed.
  /// - Parameter entry: what it is for; it must define a function that this entry runs.
  /// - Throws: a ``ScriptError`` with the line, when the script cannot be used.
  public func check(_ source: String, name: String, for entry: ScriptEntry = .stage) async throws(ScriptError) {
    let script = ScriptSource(name: name, source: source)
    try await ask { .check(script, entry, $0) }
  }

  /// Compiles a plugin with its modules and runs its top level, which must return a table.
  /// - Returns: the table as JSON: its members without the functions, and `functions`, the sorted array of their names.
  /// - Throws: a ``ScriptError`` with the line, when the plugin cannot be used.
  public func describe(_ source: ScriptSource) async throws(ScriptError) -> [UInt8] {
    try await ask { .describe(source, $0) }
  }

  private func ask<Answer: Sendable>(
    _ work: (@escaping @Sendable (Result<Answer, ScriptError>) -> Void) -> Work
  ) async throws(ScriptError) -> Answer {
    let result = await withCheckedContinuation { continuation in
      let accepted = queue.push(work { continuation.resume(returning: $0) }, lane: Self.checkLane)
      if !accepted { continuation.resume(returning: .failure(.closed)) }
    }
    return try result.get()
  }

  /// Runs a script.
  /// - Parameter completion: called once, on the thread that ran the script (on the caller's after ``shutdown()``). It must not
  ///   block: the next script waits for it.
  public func run(_ job: ScriptJob, completion: @escaping @Sendable (ScriptResult) -> Void) {
    if !queue.push(.run(job, completion), lane: job.lane) { completion(ScriptResult(verdict: .failed(.closed))) }
  }

  /// Runs a script and returns what it did.
  public func run(_ job: ScriptJob) async -> ScriptResult {
    await withUnsafeContinuation { continuation in
      run(job) { continuation.resume(returning: $0) }
    }
  }

  /// Ends the threads and returns, once what is under way has ended. May be called more than once, but not from a completion.
  /// - Parameter finishing: whether what is queued is run before; else it fails as closed.
  public func shutdown(finishing: Bool = true) {
    for work in queue.close(takingOut: !finishing) {
      switch work {
      case .run(_, let completion): completion(ScriptResult(verdict: .failed(.closed)))
      case .check(_, _, let completion): completion(.failure(.closed))
      case .describe(_, let completion): completion(.failure(.closed))
      }
    }
    let ending = threads.withLock { threads in
      defer { threads = [] }
      return threads
    }
    for thread in ending {
      // The last owner may let go of the runtime in a completion; a thread cannot wait for itself.
      if pthread_equal(thread, pthread_self()) == 0 { pthread_join(thread, nil) } else { pthread_detach(thread) }
    }
  }

  private static func work(on queue: WorkQueue<Work>, limits: ScriptLimits, compiled: CompilationCount, runs: RunCounts) {
    let worker = ScriptWorker(limits: limits, compiled: compiled)
    queue.work { work in
      switch work {
      case .run(let job, let completion):
        let result = worker.run(job)
        runs.add(result)
        completion(result)
        // What failed before it ran is not for nothing either.
        return max(result.usage.cpuTime, .microseconds(1))
      case .check(let script, let entry, let completion): return timed { completion(worker.check(script, for: entry)) }
      case .describe(let script, let completion): return timed { completion(worker.describe(script)) }
      }
    }
  }

  /// The CPU time of this thread that something takes.
  private static func timed(_ body: () -> Void) -> Duration {
    let began = threadTime
    body()
    return threadTime - began
  }

  private static var threadTime: Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}

extension ScriptError {
  static let closed = ScriptError(code: .closed, message: "the script runtime has been shut down")
}
