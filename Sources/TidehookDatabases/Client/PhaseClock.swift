// How long an exchange may take, and where its time went.

import Synchronization
import TidehookCore

/// The times that a delivery has to keep.
struct DeliveryLimits {
  /// When all must be done.
  let end: ContinuousClock.Instant
  /// The longest wait for a connection.
  let connectTimeout: Duration
}

/// Takes the time of each phase of one exchange.
final class PhaseClock: Sendable {
  private let taken = Mutex(ExchangePhases())

  /// What was taken so far, without the total.
  var phases: ExchangePhases { taken.withLock { $0 } }

  /// Takes the time of name resolution.
  func resolving<Value>(_ body: () async throws(AttemptFailure) -> Value) async throws(AttemptFailure) -> Value {
    let began = ContinuousClock.now
    defer { taken.withLock { $0.resolveMicroseconds = (ContinuousClock.now - began).microseconds } }
    return try await body()
  }

  /// Takes the time of connecting.
  func connecting(_ body: () async throws(AttemptFailure) -> Void) async throws(AttemptFailure) {
    let began = ContinuousClock.now
    defer { taken.withLock { $0.connectMicroseconds = (ContinuousClock.now - began).microseconds } }
    try await body()
  }
}
