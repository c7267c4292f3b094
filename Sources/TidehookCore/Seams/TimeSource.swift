// The only sources of time and randomness: both are passed in, so that tests decide what they say.

import Glibc
import Synchronization

/// Tells the time and waits for it.
public protocol TimeSource: Sendable {
  /// The wall clock. It may jump, in both directions.
  func now() -> Timestamp
  /// Returns once ``now()`` has reached `deadline`; throws `CancellationError` when the task is cancelled.
  func sleep(until deadline: Timestamp) async throws
}

/// The system's clock.
public struct SystemTime: TimeSource {
  /// Makes the clock.
  public init() {}

  /// The system's wall clock (`CLOCK_REALTIME`), to the microsecond.
  public func now() -> Timestamp { .systemNow() }

  /// Sleeps at most a minute at a time, so that a clock that was set forward is noticed.
  public func sleep(until deadline: Timestamp) async throws {
    while true {
      let remaining = deadline.microseconds - now().microseconds
      guard remaining > 0 else { return }
      try await Task.sleep(for: .microseconds(min(remaining, 60_000_000)))
    }
  }
}

/// Gives random bits.
public protocol RandomSource: Sendable {
  /// 64 random bits.
  func bits() -> UInt64
}

extension RandomSource {
  /// A number in 0..<1 with 53 random bits.
  public func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }
}

/// The system's random generator (`getrandom`), as good as cryptography needs. Bits are fetched in blocks, since each id takes some.
public final class SystemRandom: RandomSource {
  private static let blockSize = 32
  private let block = Mutex<[UInt64]>([])

  /// Makes the source; share one.
  public init() {}

  /// 64 random bits, given out only once.
  public func bits() -> UInt64 {
    block.withLock { block in
      if block.isEmpty { block = Self.fetch() }
      return block.removeLast()
    }
  }

  /// One system call for the whole block: getentropy(3) gives up to 256 bytes at once; should it fail, the slow way.
  private static func fetch() -> [UInt64] {
    var values = [UInt64](repeating: 0, count: blockSize)
    let size = values.count * MemoryLayout<UInt64>.size
    if values.withUnsafeMutableBytes({ getentropy($0.baseAddress, size) }) == 0 { return values }
    var generator = SystemRandomNumberGenerator()
    return values.map { _ in generator.next() }
  }
}
