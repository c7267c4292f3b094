// Times as HTTP writes them: RFC 9110, section 5.6.7.

extension Timestamp {
  /// Reads an HTTP-date in any of its three forms; `nil` for anything else.
  ///
  /// `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, which a recipient must
  /// understand as well. The name of the day is not compared with the date.
  /// - Parameter now: says which century a year of two digits is in: one that is more than 50 years ahead is past.
  public init?(httpDate text: String, now: Timestamp) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let date: CivilDate?
    switch words.count {
    case 6 where words[0].hasSuffix(",") && words[5] == "GMT" && words[3].utf8.count == 4:
      date = CivilDate(year: words[3], month: words[2], day: words[1], time: words[4])
    case 4 where words[0].hasSuffix(",") && words[3] == "GMT":
      date = CivilDate(hyphened: words[1], time: words[2], now: now)
    // A day of one digit has a second space before it.
    case 5 where words[2].utf8.count == 2:
      date = CivilDate(year: words[4], month: words[1], day: words[2], time: words[3])
    case 6 where words[2].isEmpty && words[3].utf8.count == 1:
      date = CivilDate(year: words[5], month: words[1], day: "0\(words[3])", time: words[4])
    default: return nil
    }
    guard let date, date.hasDigitsAlone else { return nil }
    self.init(rfc3339: date.rfc3339)
  }
}

/// The parts of a date as they are written, in UTC.
private struct CivilDate {
  let year: String
  let month: Int
  let day: String
  let time: String

  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
  private static let monthNames: [Substring] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  init?(year: some StringProtocol, month: Substring, day: some StringProtocol, time: Substring) {
    guard let index = Self.monthNames.firstIndex(of: month), year.utf8.count == 4, day.utf8.count == 2 else { return nil }
    (self.year, self.month, self.day, self.time) = (String(year), index + 1, String(day), String(time))
  }

  /// Reads `06-Nov-94`.
  init?(hyphened text: Substring, time: Substring, now: Timestamp) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2].utf8.count == 2, parts[2].utf8.allSatisfy(Self.digits.contains), let short = Int(parts[2]),
      let current = Int(now.rfc3339.prefix(4))
    else {
      return nil
    }
    let year = current - current % 100 + short
    let nearest = year > current + 50 ? year - 100 : year
    self.init(year: "\(nearest)", month: parts[1], day: parts[0], time: time)
  }

  var hasDigitsAlone: Bool { (year + day).utf8.allSatisfy(Self.digits.contains) }

  var rfc3339: String { "\(year)-\(month < 10 ? "0" : "")\(month)-\(day)T\(time)Z" }
}
