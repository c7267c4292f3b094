// How much room a database takes, when free room is given back, and when there is too little. Pure: measurements are passed in.

/// The pages of a database file.
public struct StoreSpace: Sendable, Equatable {
  /// How long a page is, in bytes.
  public var pageBytes: Int64
  /// How many there are.
  public var pages: Int64
  /// How many of them hold nothing.
  public var freePages: Int64

  /// Makes a measurement.
  public init(pageBytes: Int64, pages: Int64, freePages: Int64) {
    self.pageBytes = pageBytes
    self.pages = pages
    self.freePages = freePages
  }

  /// What is in use, in bytes.
  public var usedBytes: Int64 { (pages - freePages).multipliedReportingOverflow(by: pageBytes).partialValue }

  /// How many free pages are worth giving back now: a twentieth of the file, and at least a mebibyte, stays for what comes next, so that a
  /// file whose events come and go does not shrink and grow all the time.
  public var surplusPages: Int64 { max(0, freePages - max(pages / 20, (1 << 20) / max(1, pageBytes))) }
}

/// Follows whether a database can be kept below its limit.
public struct SizeGauge: Sendable {
  /// How long a database may be above its limit, while it is made smaller, before that is told.
  static let patience = Duration.seconds(600)

  private var isTold = false
  private var overSince: Timestamp?

  /// Makes a gauge that has seen nothing yet.
  public init() {}

  /// Takes a measurement that was made after all that may go was removed.
  /// - Returns: what is to be told: that it is above its limit, once, until it was below.
  public mutating func note(_ usedBytes: Int64, limit: Int64) -> OperationalEvent? {
    guard usedBytes > limit else {
      (isTold, overSince) = (false, nil)
      return nil
    }
    return tell(usedBytes, limit)
  }

  /// Takes a measurement that was made while there is more to remove.
  /// - Returns: what is to be told: that it has been above its limit for ten minutes, once, until it was below.
  public mutating func watch(_ usedBytes: Int64, limit: Int64, at now: Timestamp) -> OperationalEvent? {
    guard usedBytes > limit else { return nil }
    let since = overSince ?? now
    overSince = since
    guard since + Self.patience <= now else { return nil }
    return tell(usedBytes, limit)
  }

  private mutating func tell(_ usedBytes: Int64, _ limit: Int64) -> OperationalEvent? {
    guard !isTold else { return nil }
    isTold = true
    return .overLimit(usedBytes: usedBytes, limit: limit)
  }
}
