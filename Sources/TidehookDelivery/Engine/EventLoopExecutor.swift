// Runs tasks on event loops, where the connections live.

public import NIOCore

/// Runs tasks on one event loop.
///
/// A delivery that runs on the loop of its connection is not handed from thread to thread at each step. Nothing that blocks may run here.
public final class EventLoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  /// Makes an executor for a loop.
  public init(_ loop: any EventLoop) {
    self.loop = loop
  }

  /// Runs a job on the loop, in the order in which jobs come.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
