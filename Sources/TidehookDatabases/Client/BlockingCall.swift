// A place for calls that block: never an event loop, never Swift's cooperative pool, and never a thread that others wait for.

import Glibc
import TidehookCore

/// Runs calls that block.
enum BlockingCall {
  /// Runs `body` on a thread of its own and returns what it returns; it is not interrupted when the task is cancelled.
  ///
  /// The threads are not the system's queues', of which there are 255 for the whole process. Who calls bounds how many there are: nobody
  /// waits for another one's thread.
  /// - Throws: a failure when the system has no thread left.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async throws(AttemptFailure) -> Value {
    let value = await withUnsafeContinuation { (continuation: UnsafeContinuation<Value?, Never>) in
      guard let thread = startThread({ continuation.resume(returning: body()) }) else { return continuation.resume(returning: nil) }
      pthread_detach(thread)
    }
    guard let value else { throw AttemptFailure(.database, "the system has no thread left to wait for the database") }
    return value
  }
}
