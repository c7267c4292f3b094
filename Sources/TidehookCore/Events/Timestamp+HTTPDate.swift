// Times as HTTP writes them: RFC 9110, section 5.6.7.

extension Timestamp {
  /// Reads the preferred form of an HTTP-date, `Sun, 06 Nov 1994 08:49:37 GMT`; `nil` for anything else.
  public init?(httpDate text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", parts[1].utf8.count == 2,
      let month = Self.monthNames.firstIndex(of: parts[2]), parts[3].utf8.count == 4
    else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
  }

  private static let monthNames: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
