// When the tries of a delivery come, in words.

import TidehookCore

enum RetryTimes {
  /// How many waits are written out.
  private static let mostShown = 12

  /// `at once, then 5 s, 5 min and 30 min after each failure`; `nil` when the server does not say.
  static func text(_ schedule: JSONValue?) -> String? {
    guard let waits = schedule?.elements?.compactMap(\.doubleValue) else { return nil }
    guard !waits.isEmpty else { return "at once, and never again" }
    let shown = waits.prefix(mostShown).map(duration).joined(separator: ", ")
    let more = waits.count > mostShown ? " … (\(waits.count) retries)" : ""
    return "at once, then \(shown)\(more) after each failure"
  }

  private static func duration(_ seconds: Double) -> String {
    for (unit, name) in [(3600.0, "h"), (60.0, "min")] where seconds >= unit && seconds.truncatingRemainder(dividingBy: unit) == 0 {
      return "\(Int64(seconds / unit)) \(name)"
    }
    return "\(JSONLayout.text(.double(seconds))) s"
  }
}
