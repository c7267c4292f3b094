// Reads what was accepted of late, for those who watch events come.

/// How much one reading may look at.
public struct TailLimits: Sendable, Hashable {
  /// How many rows are looked at.
  public var rows: Int
  /// How many events are returned.
  public var events: Int
  /// The event whose payload brings their sum to this is the last, in bytes.
  public var bytes: Int

  /// Makes limits: 1000 rows, 100 events and 512 KiB unless given.
  public init(rows: Int = 1000, events: Int = 100, bytes: Int = 512 << 10) {
    self.rows = rows
    self.events = events
    self.bytes = bytes
  }
}

/// What a reading brought.
public struct TailPage: Sendable {
  /// The wanted events that were not known, oldest first.
  public var events: [Event]
  /// The keys of all events that were looked at.
  public var keys: Set<Int64>
  /// Whether nothing was left out, as far as it can be told: the rows ended, or where they were cut off, all was known. Else the older
  /// events were left out.
  public var isWhole: Bool

  /// Makes a page.
  public init(events: [Event], keys: Set<Int64>, isWhole: Bool) {
    self.events = events
    self.keys = keys
    self.isWhole = isWhole
  }
}

/// Reads the newest events. Consumer: the API's live tail.
public protocol EventTail: Sendable {
  /// Looks at events whose key is above `key`, newest first. Events become visible in the order of their commits, which is nearly, but not
  /// quite, that of their keys: who reads on says what is known already, and looks back a little.
  /// - Parameters:
  ///   - known: keys of events that are not wanted again.
  ///   - isWanted: whether to return an event.
  func tail(
    after key: Int64, except known: Set<Int64>, limits: TailLimits, isWanted: @escaping @Sendable (EventType, Namespace) -> Bool
  ) async throws(StoreError) -> TailPage
}
