// How often transactions are committed. A pure rule.

import TidehookCore

/// Spaces commits while several callers wait at once, so that each serves more of them.
///
/// A commit costs about as much processor time as the rest of a delivery, and as much again in wake-ups of those it answers; many small ones keep both
/// processors busy at half of the load that large ones carry, and latencies grow. A caller who is alone is never kept waiting.
package enum CommitPace {
  /// How far apart commits begin.
  package static let interval = Duration.milliseconds(1)

  /// How long to wait before the next commit; `nil` for not at all.
  /// - Parameters:
  ///   - answered: how many callers the last commit answered.
  ///   - isCrowded: whether others came while it was made, and wait now.
  ///   - took: how long it took.
  package static func pause(answered: Int, isCrowded: Bool, took: Duration) -> Duration? {
    guard answered > 1 || isCrowded, took < interval else { return nil }
    return interval - took
  }
}
