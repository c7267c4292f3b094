// A point in time, to the microsecond, and its RFC 3339 text.

import Glibc

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Sendable, Hashable, Comparable {
  /// Microseconds since 1970.
  public let microseconds: Int64

  /// Makes a time from microseconds since 1970.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// What the system's wall clock says.
  public static func systemNow() -> Timestamp {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(microseconds: Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000)
  }

  /// Whole seconds since 1970, rounded down.
  public var seconds: Int64 { microseconds.flooredQuotient(1_000_000) }

  /// The earlier time first.
  public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

  /// A time that much later, or the last one that there is.
  public static func + (time: Self, duration: Duration) -> Self {
    let (sum, isOverflown) = time.microseconds.addingReportingOverflow(duration.microseconds)
    return Timestamp(microseconds: isOverflown ? (duration < .zero ? .min : .max) : sum)
  }
}

extension Duration {
  /// The duration in whole microseconds, rounded towards zero.
  public var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }

  /// `5.0 s`, or `250 ms` below one second.
  package var forPeople: String {
    let milliseconds = components.attoseconds / 1_000_000_000_000_000
    return components.seconds < 1 ? "\(milliseconds) ms" : "\(components.seconds).\(milliseconds / 100) s"
  }
}

extension Int64 {
  /// The quotient rounded down, also for negative numbers.
  func flooredQuotient(_ divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
