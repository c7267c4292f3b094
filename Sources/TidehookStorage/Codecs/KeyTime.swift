// Time bounds as key bounds: keys grow with time, so that a list by time reads only the rows of that time.

import TidehookCore

/// Keys of ids that were made around a time (`TimeOrderedID`).
enum KeyTime {
  private static let epoch: Int64 = 1_704_067_200_000_000

  /// An id is made shortly before the time that its row carries is read.
  private static let slackBefore: Int64 = 60_000_000
  /// After the clock was set back ids run ahead of it; rows further ahead than this are not found by time.
  private static let slackAfter: Int64 = 3_600_000_000

  /// No row at or after `time` has a smaller key.
  static func lowerBound(_ time: Timestamp) -> Int64 { key(time.microseconds - slackBefore) }

  /// No row before `time` has a greater key.
  static func upperBound(_ time: Timestamp) -> Int64 { key(time.microseconds + slackAfter) }

  private static func key(_ microseconds: Int64) -> Int64 {
    // The largest time that a key can hold, in 2095.
    min(max(0, microseconds - epoch), Int64.max >> 12) << 12
  }
}
