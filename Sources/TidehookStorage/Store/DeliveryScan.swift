// What one list of deliveries found, and how several of them make up one page: pure values.

package import TidehookCore

/// The rows of one list, looked at in the order of their keys.
package struct DeliveryScan: Sendable {
  /// The keys of those that are wanted.
  package var matches: [Int64] = []
  /// The last key that was looked at.
  package var last: Int64?
  /// Whether the list has no more rows.
  package var isAtEnd = true

  /// A list that is not read yet.
  package init() {}

  /// The page that some lists make up together. What lies behind the row at which the first of them stopped is left for the next page, so
  /// that nothing is missing in between.
  /// - Returns: the keys, in order, and the key behind which there may be more.
  package static func page(of scans: [DeliveryScan], order: ListOrder, limit: Int) -> (keys: [Int64], position: Int64?) {
    let stops = scans.filter { !$0.isAtEnd }.compactMap(\.last)
    let stop = order == .newest ? stops.max() : stops.min()
    let seen = scans.flatMap(\.matches).filter { key in
      stop.map { order == .newest ? key >= $0 : key <= $0 } ?? true
    }
    let sorted = order == .newest ? seen.sorted(by: >) : seen.sorted()
    guard sorted.count > limit else { return (sorted, stop) }
    let keys = Array(sorted.prefix(limit))
    return (keys, keys.last)
  }
}

/// How far a page reaches that the lists read so far make up: what lies behind that need not be read of the others.
package struct ScanFront {
  private let order: ListOrder
  private let limit: Int
  private var keys: [Int64] = []

  /// Begins with no list.
  package init(order: ListOrder, limit: Int) {
    self.order = order
    self.limit = limit
  }

  /// The last key that belongs to the page or tells that there is another one; `nil` while the page is not full.
  package var last: Int64? { keys.count > limit ? keys.last : nil }

  /// Adds what a list has.
  package mutating func add(_ matches: [Int64]) {
    keys += matches
    keys.sort { order == .newest ? $0 > $1 : $0 < $1 }
    if keys.count > limit + 1 { keys.removeLast(keys.count - limit - 1) }
  }
}

/// How far one request may go through several lists.
struct ScanBudget {
  private let end: ContinuousClock.Instant
  /// How many rows each list may have.
  let rows: Int

  /// So many rows are looked at before the time counts: each request gets on, however slow the machine is.
  private static let atLeast = 64

  init(_ bounds: SearchBounds, lists: Int, limit: Int) {
    end = ContinuousClock.now + bounds.time
    rows = max(limit + 1, bounds.rows / max(1, lists))
  }

  /// Whether a list that has looked at so many rows has to stop because of the time.
  func isSpent(after count: Int) -> Bool { count.isMultiple(of: Self.atLeast) && ContinuousClock.now >= end }
}
