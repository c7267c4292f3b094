// The tables of statistics, and the column of traces.

extension Migration {
  /// What statistics and traces need.
  ///
  /// - `rollups` holds what was counted in one step of time, for a webhook or, with key 0, for the whole gateway.
  /// - `deliveries_retrying` counts what waits for another try; it skips all other rows, so that ordinary deliveries never touch it.
  /// - `trace` is what a producer said of the trace of its event; `NULL`, which is a byte, for all other events.
  static let statistics = Migration(12, "statistics and traces") { dialect in
    let (integer, bytes) = (dialect.integer, dialect.bytes)
    return [
      """
      CREATE TABLE rollups (
        webhook_key \(integer) NOT NULL, step_secs \(integer) NOT NULL, start_secs \(integer) NOT NULL, counts \(bytes) NOT NULL,
        PRIMARY KEY (webhook_key, step_secs, start_secs)
      )\(dialect.clusteredTableOptions)
      """,
      "CREATE INDEX deliveries_retrying ON deliveries (webhook_key, state) WHERE state = 1",
      "ALTER TABLE events ADD COLUMN trace TEXT",
    ]
  }
}
