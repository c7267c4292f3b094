// Reads the newest events from the end of the table; of those that nobody wants only the columns before the payload.

public import TidehookCore

extension SQLStore: EventTail {
  private static let newest = SQLStatement("SELECT \(eventColumns) FROM events e WHERE e.key > $1 ORDER BY e.key DESC LIMIT $2")

  /// Looks at events whose key is above `key`, newest first.
  public func tail(
    after key: Int64, except known: Set<Int64>, limits: TailLimits, isWanted: @escaping @Sendable (EventType, Namespace) -> Bool
  ) async throws(StoreError) -> TailPage {
    try await read("read the newest events") { connection throws(SQLFailure) in
      var page = TailPage(events: [], keys: [], isWhole: true)
      var bytes = 0
      var isLastKnown = false
      try connection.query(Self.newest, [.integer(key), .integer(Int64(limits.rows) + 1)]) { row in
        guard page.keys.count < limits.rows else {
          page.isWhole = page.isWhole && isLastKnown
          return false
        }
        let key = row.integer(0)
        page.keys.insert(key)
        isLastKnown = known.contains(key)
        guard !isLastKnown, isWanted(EventType(stored: row.text(3)), Namespace(stored: row.text(4))) else { return true }
        guard page.events.count < limits.events, bytes < limits.bytes else {
          page.isWhole = false
          return true
        }
        let event = row.event(0)
        bytes += event.payload.count
        page.events.append(event)
        return true
      }
      page.events.reverse()
      return page
    }
  }
}
