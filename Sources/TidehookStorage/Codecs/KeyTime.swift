// Time bounds as key bounds: keys grow with time, so that a list by time reads only the rows of that time.

import TidehookCore

/// Keys of ids that were made around a time (`TimeOrderedID`).
enum KeyTime {
  /// An id is made shortly before the time that its row carries is read.
  private static let slackBefore = Duration.seconds(-60)
  /// After the clock was set back ids run ahead of it; rows further ahead than this are not found by time.
  private static let slackAfter = Duration.seconds(3600)

  /// No row at or after `time` has a smaller key.
  static func lowerBound(_ time: Timestamp) -> Int64 { TimeOrderedID.key(at: time + slackBefore) }

  /// No row before `time` has a greater key.
  static func upperBound(_ time: Timestamp) -> Int64 { TimeOrderedID.key(at: time + slackAfter) }
}
