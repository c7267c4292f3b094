// Runs deliveries on event loops, where the connections live.

public import NIOCore

/// An event loop as an actor.
///
/// A delivery that belongs to the loop of its connection is not handed from thread to thread at each step, and what it calls stays with it:
/// functions run on their caller's actor (`NonisolatedNonsendingByDefault`, SE-0461). Nothing that blocks may run here.
public actor DeliveryLoop {
  private let executor: LoopExecutor

  /// Makes an actor of a loop, which must go on for as long as there is work: what a loop that has ended is given never runs.
  public init(_ loop: any EventLoop) {
    executor = LoopExecutor(loop: loop)
  }

  /// What runs the actor's jobs: the loop.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Begins work on the loop; every step of it runs there, whoever resumes it.
  nonisolated func start(_ work: @escaping @Sendable () async -> Void) {
    Task(executorPreference: executor) { await self.run(work) }
  }

  private func run(_ work: @Sendable () async -> Void) async { await work() }

  /// Runs jobs on the loop, in the order in which they come: those of the actor, and those of its tasks that belong to no actor, such as the
  /// resumption of a continuation, which then need no change of threads to come back.
  private final class LoopExecutor: SerialExecutor, TaskExecutor {
    let loop: any EventLoop

    init(loop: any EventLoop) {
      self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      loop.execute { job.runSynchronously(isolatedTo: self.asUnownedSerialExecutor(), taskExecutor: self.asUnownedTaskExecutor()) }
    }

    func isIsolatingCurrentContext() -> Bool? { loop.inEventLoop }

    func checkIsolated() { loop.preconditionInEventLoop() }
  }
}
