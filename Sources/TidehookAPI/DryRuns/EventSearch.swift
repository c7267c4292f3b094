// Finds the newest events that a webhook wants, page by page, so that only a little of what is stored is in memory at once.

import TidehookCore

/// A search through stored events, newest first.
struct EventSearch {
  private let webhook: Webhook
  private let filter: EventFilter
  private let pageSize: Int
  private var cursor: Int64?
  private var read = (events: 0, bytes: 0)
  private var isAtEnd = false

  /// Pages end early once they are this long: 4 MiB.
  private static let pageBytes = 4 << 20
  /// Where a search for rare events ends.
  private static let maximum = (events: 10_000, bytes: 64 << 20)

  /// - Parameter count: how many events are wanted.
  init(for webhook: Webhook, count: Int) {
    self.webhook = webhook
    let type: EventType? = if case .exactly(let type) = webhook.events.first, webhook.events.count == 1 { type } else { nil }
    filter = EventFilter(type: type, namespace: webhook.namespace)
    // The store can look for one type by itself; other patterns are looked for here.
    pageSize = type == nil ? max(count, 100) : count
  }

  /// Whether the search ended before all was read.
  var isCutShort: Bool { !isAtEnd && (read.events >= Self.maximum.events || read.bytes >= Self.maximum.bytes) }

  /// The events of the next page that the webhook wants; `nil` when the search is over.
  mutating func next(in history: any History) async throws(StoreError) -> [Event]? {
    guard !isAtEnd, !isCutShort else { return nil }
    let page = try await history.events(filter, before: cursor, limit: pageSize, maxBytes: Self.pageBytes)
    let bytes = page.reduce(0) { $0 + $1.payload.count }
    read = (read.events + page.count, read.bytes + bytes)
    isAtEnd = page.count < pageSize && bytes < Self.pageBytes
    cursor = page.last?.key.key
    return page.filter { $0.erasedAt == nil && webhook.wants($0.type, in: $0.namespace) }
  }
}
