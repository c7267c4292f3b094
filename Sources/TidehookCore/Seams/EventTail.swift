// Reads what was accepted of late, for those who watch events come.

/// How far somebody has seen events, in the order in which they were committed.
///
/// That is nearly, but not quite, the order of their keys: an event that is committed after one with a higher key is late. The store notes
/// late events, so that a position is the highest key seen, and what was seen of those notes.
public struct TailPosition: Sendable, Hashable {
  /// The highest key seen.
  public var key: Int64
  /// The number of the last note of which any event was seen; 0 for none.
  public var note: Int64
  /// How many events of that note were seen, in the order of their keys.
  public var count: Int64

  /// Makes a position.
  public init(key: Int64, note: Int64 = 0, count: Int64 = 0) {
    self.key = key
    self.note = note
    self.count = count
  }

  /// The same position, or `end` where it lies beyond that: nobody has seen what is not there yet.
  public func limited(to end: TailPosition) -> TailPosition {
    let isBeyond = (note, count) > (end.note, end.count)
    return TailPosition(key: min(key, end.key), note: isBeyond ? end.note : note, count: isBeyond ? end.count : count)
  }
}

/// Whether somebody wants to see an event.
public typealias TailFilter = @Sendable (EventType, Namespace) -> Bool

/// How much one reading may look at.
public struct TailLimits: Sendable, Hashable {
  /// How many rows are looked at, for all readers together.
  public var rows: Int
  /// How many events each reader gets.
  public var events: Int
  /// The event whose payload brings their sum to this is a reader's last, in bytes.
  public var bytes: Int

  /// Makes limits: 20 000 rows, 100 events and 512 KiB unless given. Four readings a second look at more rows than the fastest publishing
  /// measured writes, which is 54 000 events a second, in batches.
  public init(rows: Int = 20_000, events: Int = 100, bytes: Int = 512 << 10) {
    self.rows = rows
    self.events = events
    self.bytes = bytes
  }
}

/// An event that was read.
public struct TailEvent: Sendable {
  /// The event.
  public let event: Event
  /// How far somebody has seen who has seen it and all before it.
  public var position: TailPosition
  /// The note that says that it is late; 0 when it is not.
  public let note: Int64
  /// Whom it is for: places in the list of filters.
  public let readers: [Int]

  /// Makes an event that was read.
  public init(event: Event, position: TailPosition, note: Int64, readers: [Int]) {
    self.event = event
    self.position = position
    self.note = note
    self.readers = readers
  }

  /// Whether it was committed after everything up to a page's end.
  public func isNew(after end: TailPosition) -> Bool { event.key.key > end.key || note > end.note }
}

/// What a reading brought.
public struct TailPage: Sendable {
  /// What at least one reader wants, in the order to be told; each reader's newest.
  public var events: [TailEvent]
  /// How far everything was seen or left out: the end of what is stored, in the same snapshot.
  public var end: TailPosition
  /// The readers from whom older events were kept, as far as it can be told.
  public var cut: Set<Int>

  /// Makes a page.
  public init(events: [TailEvent], end: TailPosition, cut: Set<Int>) {
    self.events = events
    self.end = end
    self.cut = cut
  }
}

/// Reads the newest events. Consumer: the API's live tail.
public protocol EventTail: Sendable {
  /// The position of who has seen everything that is committed.
  func tailEnd() async throws(StoreError) -> TailPosition
  /// What was committed after a position, for several readers at once: each has limits of its own, so that none gets less because another
  /// wants more. A position beyond the end counts as the end.
  func tail(after position: TailPosition, for readers: [TailFilter], limits: TailLimits) async throws(StoreError) -> TailPage
}
