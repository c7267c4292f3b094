// A place for calls that block: never an event loop, never Swift's cooperative pool.

import Dispatch

/// Runs one call after the other on a thread that nothing else waits for.
///
/// A serial queue has the system's overcommitting queue behind it, which gives each queue that has work a thread, however many of them block.
final class BlockingThread: Sendable {
  private let queue: DispatchQueue

  init(label: String) {
    queue = DispatchQueue(label: label)
  }

  /// Runs `body` and returns what it returns; it is not interrupted when the task is cancelled.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withUnsafeContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
  }

  /// Runs `body` after that time.
  func run(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
    queue.asyncAfter(deadline: .now() + .microseconds(Int(delay.components.seconds) * 1_000_000), execute: body)
  }
}
