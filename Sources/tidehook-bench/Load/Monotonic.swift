// Monotonic time in nanoseconds: one `clock_gettime` without a system call.

import Glibc

/// The monotonic clock.
enum Monotonic {
  /// Nanoseconds since an arbitrary start.
  static var now: UInt64 { read(CLOCK_MONOTONIC) }

  /// Nanoseconds of any clock, such as this process's CPU time.
  static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}

extension Double {
  /// Seconds as whole nanoseconds.
  var nanoseconds: UInt64 { UInt64(self * 1e9) }
}
