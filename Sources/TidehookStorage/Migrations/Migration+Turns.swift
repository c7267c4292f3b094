// The index of who has the turn of an order, and what repeats of sources' requests repeat.

extension Migration {
  /// What keeps turns single, and what an erasure needs to find all that was said.
  ///
  /// - `deliveries_turn` has the one of each order key that has its turn: an entry for a key with open deliveries, not for each of them. It
  ///   takes the place of the index of what a node holds, which is a part of that. The number is `OrderTurn.wait`.
  /// - `repeated_events` of a request that repeats another one are the events of that one, so that it is found when that one is gone; `?` for
  ///   repeats of before. `NULL`, with no entry in the index, for all other requests.
  /// - `events` of a sender's id are those of the request that brought it; `NULL` where that was gone already.
  static let turns = Migration(18, "turns, and events of repeats") { dialect in
    [
      "DROP INDEX deliveries_order_leased",
      """
      CREATE INDEX deliveries_turn ON deliveries (webhook_key, order_key)
      WHERE order_key IS NOT NULL AND due_at_us < 2305843009213693952
      """,
      "ALTER TABLE source_requests ADD COLUMN repeated_events TEXT",
      "UPDATE source_requests SET repeated_events = '?' WHERE state = 2 AND event_count = 0",
      "CREATE INDEX source_requests_repeats ON source_requests (repeated_events) WHERE repeated_events IS NOT NULL",
      "ALTER TABLE source_dedupe ADD COLUMN events TEXT",
      "UPDATE source_dedupe SET events = (SELECT r.events FROM source_requests r WHERE r.key = source_dedupe.request_key)",
    ]
  }
}
