// The tables of replays that run as jobs; the index that knows which replays wait is in Migration+Order.swift.

extension Migration {
  /// Jobs, and for each of their webhooks how far they have come.
  ///
  /// A part is one webhook's share of a job: kind 0 walks its deliveries, kind 1 the events that have none for it, both by key; `position`
  /// is the last key that was looked at. A part that has come to its end is deleted.
  static let replays = Migration(6, "replays") { dialect in
    let (integer, end) = (dialect.integer, dialect.tableOptions)
    return [
      """
      CREATE TABLE replays (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, state \(integer) NOT NULL, request TEXT NOT NULL, made_by TEXT NOT NULL,
        total \(integer), replayed \(integer) NOT NULL, created \(integer) NOT NULL, skipped \(integer) NOT NULL,
        created_at_us \(integer) NOT NULL, updated_at_us \(integer) NOT NULL, ended_at_us \(integer)
      )\(end)
      """,
      "CREATE INDEX replays_running ON replays (key) WHERE ended_at_us IS NULL",
      """
      CREATE TABLE replay_parts (
        replay_key \(integer) NOT NULL, webhook_key \(integer) NOT NULL, webhook_entropy \(integer) NOT NULL, kind \(integer) NOT NULL,
        position \(integer) NOT NULL, PRIMARY KEY (replay_key, webhook_key, kind)
      )\(end)
      """,
    ]
  }
}
