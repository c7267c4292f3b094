// Which statuses of an answer are tried again.

/// Statuses and classes of them, some of them excepted: `["5xx", "408", "429", "!501"]`.
///
/// An exception wins wherever it stands. With exceptions alone, every other failure is meant; an empty list means none.
public struct RetryStatuses: Sendable, Hashable {
  /// One entry of the list.
  public struct Entry: Sendable, Hashable, LosslessStringConvertible {
    /// The statuses that it names.
    public let statuses: ClosedRange<Int>
    /// Whether they are not tried again.
    public let isException: Bool

    /// What ``init(_:)`` takes, for people.
    public static let expectation = #"a status like "429" or a class like "5xx", 300 to 599 but not 410, or either with ! in front"#

    /// Reads `429`, `5xx`, `!501` or `!4xx`; 2xx is never a failure, and 410 always ends the delivery.
    public init?(_ text: String) {
      let isException = text.utf8.first == UInt8(ascii: "!")
      let digits = Array(text.utf8.dropFirst(isException ? 1 : 0))
      guard digits.count == 3, (UInt8(ascii: "3")...UInt8(ascii: "5")).contains(digits[0]) else { return nil }
      let first = Int(digits[0] - UInt8(ascii: "0")) * 100
      self.isException = isException
      if digits[1...] == [UInt8(ascii: "x"), UInt8(ascii: "x")] {
        statuses = first...(first + 99)
        return
      }
      guard digits[1...].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
      let status = first + Int(digits[1] - UInt8(ascii: "0")) * 10 + Int(digits[2] - UInt8(ascii: "0"))
      guard status != 410 else { return nil }
      statuses = status...status
    }

    /// The form that ``init(_:)`` reads.
    public var description: String {
      let name = statuses.count > 1 ? "\(statuses.lowerBound / 100)xx" : "\(statuses.lowerBound)"
      return isException ? "!" + name : name
    }
  }

  /// The entries, in the order in which they were given.
  public let entries: [Entry]

  /// How many entries a list may have.
  public static let mostEntries = 100

  /// Makes a list.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// Whether a failure of that status is tried again.
  public func contains(_ status: Int) -> Bool {
    guard !entries.contains(where: { $0.isException && $0.statuses.contains(status) }) else { return false }
    let meant = entries.lazy.filter { !$0.isException }
    return meant.isEmpty ? !entries.isEmpty : meant.contains { $0.statuses.contains(status) }
  }
}
