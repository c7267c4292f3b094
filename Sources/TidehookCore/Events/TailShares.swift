// Shares out what one reading of the newest events finds among those who listen: a pure value.

/// What each reader may still get. Events are offered newest first.
public struct TailShares: Sendable {
  private let filters: [TailFilter]
  private var events: [Int]
  private var bytes: [Int]
  /// The readers who wanted an event and had no room for it.
  public private(set) var cut: Set<Int> = []

  /// Makes shares, the same for each reader.
  public init(_ filters: [TailFilter], _ limits: TailLimits) {
    self.filters = filters
    events = Array(repeating: limits.events, count: filters.count)
    bytes = Array(repeating: limits.bytes, count: filters.count)
  }

  /// Whether nobody gets anything any more.
  public var isSpent: Bool { cut.count == filters.count }

  /// The readers who get an event; notes those who would, had they room.
  public mutating func readers(of type: EventType, _ namespace: Namespace) -> [Int] {
    var readers: [Int] = []
    // Who was kept from an event is kept from all older ones.
    for index in filters.indices where !cut.contains(index) && filters[index](type, namespace) {
      if events[index] > 0, bytes[index] > 0 { readers.append(index) } else { cut.insert(index) }
    }
    return readers
  }

  /// Takes an event of so many bytes off the shares of those who get it.
  public mutating func take(_ count: Int, for readers: [Int]) {
    for index in readers {
      events[index] -= 1
      bytes[index] -= min(count, bytes[index])
    }
  }

  /// Notes that something was left out that nobody looked at.
  public mutating func cutAll() { cut = Set(filters.indices) }
}
