// Runs tasks on event loops, where the connections live.

public import NIOCore
public import NIOPosix
import Synchronization

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

/// Runs tasks on a group's event loops: a task that continues on one of them stays there, any other goes to the next in turn.
///
/// The server's requests then run on the loop of their connection, without a hand-over to another pool of threads and back.
public final class EventLoopsExecutor: TaskExecutor {
  private let loops: [any EventLoop]
  private let turn = Atomic(0)

  /// Makes an executor for a group, which must outlive it.
  public init(_ group: MultiThreadedEventLoopGroup) {
    loops = Array(group.makeIterator())
  }

  /// Runs a job on a loop.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let loop = MultiThreadedEventLoopGroup.currentEventLoop ?? next()
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  private func next() -> any EventLoop {
    loops[(turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max) % loops.count]
  }
}
