// Searches events by what no index knows: newest first, page by page, and no further than one request may look.

import TidehookCore

/// A search through stored events.
struct EventHunt {
  /// What the store looks for.
  private let filter: EventFilter
  private let pattern: EventPattern?
  private let prefix: String?
  private let text: TextSearch?
  private let limit: Int
  private let bounds: SearchBounds

  /// What a page of the answer has found.
  struct Finding {
    var events: [Event] = []
    /// The key up to which everything was looked at, and behind which there may be more.
    var position: Int64?
    /// When the last event was accepted that was looked at.
    var searchedUntil: Timestamp?
  }

  /// So many ids with a beginning are looked up one by one; where there are more of them, a walk finds them soon.
  private static let maximumKeys = 1000
  /// How many events are read at a time, and how many bytes, while most of them are not wanted.
  private static let step = (events: 500, bytes: 4 << 20)

  /// - Parameters:
  ///   - pattern: only of these types.
  ///   - prefix: only with an id that begins like this.
  ///   - text: only with this text in the payload.
  init(
    _ filter: EventFilter, pattern: EventPattern? = nil, prefix: String? = nil, text: TextSearch? = nil, limit: Int,
    bounds: SearchBounds = .events
  ) {
    var filter = filter
    // No index has the order of the events of one type in some namespaces: their types are looked at row by row.
    let isIndexed = filter.namespace == nil && filter.namespaces == nil
    switch pattern {
    case .exactly(let type)? where isIndexed:
      filter.type = type
      self.pattern = nil
    case .exactly?, .below?: self.pattern = pattern
    case .everything?, nil: self.pattern = nil
    }
    self.filter = filter
    self.prefix = prefix
    self.text = text
    self.limit = limit
    self.bounds = bounds
  }

  /// Whether the store finds exactly what is wanted.
  private var isExact: Bool { pattern == nil && prefix == nil && text == nil }

  /// The events behind `cursor`.
  func find(in history: any History, before cursor: Int64?) async throws(StoreError) -> Finding {
    var filter = filter
    if let prefix { filter.keys = try await history.eventKeys(prefix: prefix, upTo: Self.maximumKeys) }
    let end = ContinuousClock.now + bounds.time
    var (finding, left) = (Finding(position: cursor), bounds)
    repeat {
      let page = isExact ? (events: limit + 1, bytes: pageMaximumBytes) : (events: min(Self.step.events, left.rows), bytes: Self.step.bytes)
      let found = try await history.events(filter, before: finding.position, limit: page.events, maxBytes: page.bytes)
      let bytes = found.reduce(0) { $0 + $1.payload.count }
      left.rows -= found.count
      left.bytes -= bytes
      if take(found, isLast: found.count < page.events && bytes < page.bytes, &finding) { return finding }
    } while left.rows > 0 && left.bytes > 0 && ContinuousClock.now < end
    return finding
  }

  /// Takes what is wanted of some events; returns whether the search is over.
  private func take(_ events: [Event], isLast: Bool, _ finding: inout Finding) -> Bool {
    for event in events where wants(event) {
      guard finding.events.count < limit else { return true }
      finding.events.append(event)
      note(event, &finding)
      // Whether there is another one may take long to find out; the next page does.
      if !isExact, finding.events.count == limit { return true }
    }
    guard !isLast else {
      (finding.position, finding.searchedUntil) = (nil, nil)
      return true
    }
    if let last = events.last { note(last, &finding) }
    return finding.events.reduce(0) { $0 + $1.payload.count } >= pageMaximumBytes
  }

  private func note(_ event: Event, _ finding: inout Finding) {
    (finding.position, finding.searchedUntil) = (event.key.key, event.acceptedAt)
  }

  private func wants(_ event: Event) -> Bool {
    (pattern?.matches(event.type) ?? true) && (prefix.map(event.id.rawValue.hasPrefix) ?? true) && (text?.isIn(event.payload) ?? true)
  }
}
