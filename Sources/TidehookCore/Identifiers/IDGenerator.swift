// Makes time-ordered ids, in order, from any thread.

import Synchronization

/// Hands out ids whose keys never repeat and never go back, even when the clock does.
public final class IDGenerator: Sendable {
  private let time: any TimeSource
  private let random: any RandomSource
  private let last = Mutex<Int64>(0)

  /// Makes a generator over a clock and a source of random bits.
  public init(time: any TimeSource, random: any RandomSource) {
    self.time = time
    self.random = random
  }

  /// The next id: greater than every one before it from this generator.
  public func next() -> TimeOrderedID {
    let bits = random.bits()
    let now = TimeOrderedID.key(at: time.now())
    let key = last.withLock { last in
      // A random start within the microsecond keeps two nodes on one database apart.
      last = max(last + 1, now | Int64(bits & 0x7FF))
      return last
    }
    return TimeOrderedID(key: key, entropy: bits)
  }
}
