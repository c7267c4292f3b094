// What a receiver asks for with `Retry-After`: RFC 9110, section 10.2.3.

/// Reads `Retry-After`.
public enum RetryAfter {
  /// The longest wait that is read, in seconds, some 115 days: longer ones count as this.
  public static let mostSeconds: Int64 = 10_000_000

  /// The wait from now on: digits are seconds, however many they are, anything else is an HTTP-date.
  /// - Returns: `nil` for what is neither; zero for a date that is over.
  public static func wait(_ text: String, at now: Timestamp) -> Duration? {
    if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
      return .seconds(min(Int64(text) ?? mostSeconds, mostSeconds))
    }
    guard let date = Timestamp(httpDate: text, now: now) else { return nil }
    let (wait, isOverflown) = date.microseconds.subtractingReportingOverflow(now.microseconds)
    return isOverflown ? .zero : .microseconds(min(max(0, wait), mostSeconds * 1_000_000))
  }
}
