// How much memory the bodies of requests to sources may take at once.

import Synchronization

/// Counts the bytes of bodies from the moment they are announced to that of their answer. Senders of sources have no key: without a bound,
/// a thousand connections that each send most of a body would take all memory.
final class BodyBudget: Sendable {
  /// 256 MiB.
  static let capacity = 256 << 20

  private let taken = Mutex(0)

  /// Runs `body` with room for so many bytes; `nil` when there is none now.
  func with<Value>(_ bytes: Int, _ body: () async throws -> Value) async rethrows -> Value? {
    let isGranted = taken.withLock { taken in
      guard taken + bytes <= Self.capacity else { return false }
      taken += bytes
      return true
    }
    guard isGranted else { return nil }
    defer { taken.withLock { $0 -= bytes } }
    return try await body()
  }
}
