// Reads the newest events from the end of the table; of those that nobody wants only the columns before the payload.

public import TidehookCore

extension SQLStore: EventTail {
  /// The position of who has seen everything that is committed.
  public func tailEnd() async throws(StoreError) -> TailPosition {
    try await read("find the newest event") { connection throws(SQLFailure) in try TailReading.end(connection) }
  }

  /// What was committed after a position.
  public func tail(after position: TailPosition, for readers: [TailFilter], limits: TailLimits) async throws(StoreError) -> TailPage {
    try await read("read the newest events") { connection throws(SQLFailure) in
      var reading = TailReading(after: position, for: readers, limits: limits)
      return try reading.run(connection)
    }
  }
}
