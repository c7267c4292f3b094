// Every step of the schema so far. Add to the end; never edit a step that was released.

extension Migration {
  /// Every step, in order.
  package static let all: [Migration] = [
    initial, plugins, secretChanges, sources, keys, replays, order, health, signingKeys, access, batches, statistics, rounds,
    erasure, causes, console, dueBatches, turns, tail, drops,
  ]

  /// Keys and times are integers (microseconds since 1970), so that rows append and compare cheaply; `entropy` is the id's random half.
  ///
  /// Each index costs about a microsecond for each row, so there are few, and those for rare states skip all other rows:
  /// - `due_at_us` is set exactly while a delivery is open (`pending`, `retrying`), `leased_by` while a node holds it;
  /// - `deliveries_due` hands out what nobody holds; `deliveries_open` frees a dead node's leases and lists what is open;
  /// - `deliveries_ended…` list what ended other than delivered: states 3 (`filtered`) and up.
  private static let initial = Migration(1, "initial schema") { dialect in
    let (integer, bytes, end, thenKey) = (dialect.integer, dialect.bytes, dialect.tableOptions, dialect.thenKey)
    return [
      """
      CREATE TABLE nodes (key \(integer) PRIMARY KEY, started_at_us \(integer) NOT NULL)\(end)
      """,
      """
      CREATE TABLE webhooks (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, revision \(integer) NOT NULL, config TEXT NOT NULL,
        secret TEXT NOT NULL, created_at_us \(integer) NOT NULL, updated_at_us \(integer) NOT NULL, deleted_at_us \(integer)
      )\(end)
      """,
      """
      CREATE TABLE webhook_revisions (
        webhook_key \(integer) NOT NULL, revision \(integer) NOT NULL, config TEXT NOT NULL, created_at_us \(integer) NOT NULL,
        PRIMARY KEY (webhook_key, revision)
      )\(end)
      """,
      """
      CREATE TABLE events (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, id TEXT NOT NULL UNIQUE, idempotency_key TEXT, type TEXT NOT NULL,
        namespace TEXT NOT NULL, timestamp_us \(integer) NOT NULL, accepted_at_us \(integer) NOT NULL, payload \(bytes) NOT NULL
      )\(end)
      """,
      "CREATE UNIQUE INDEX events_idempotency ON events (idempotency_key) WHERE idempotency_key IS NOT NULL",
      "CREATE INDEX events_type ON events (type\(thenKey))",
      "CREATE INDEX events_namespace ON events (namespace\(thenKey))",
      """
      CREATE TABLE deliveries (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, event_key \(integer) NOT NULL, webhook_key \(integer) NOT NULL,
        state \(integer) NOT NULL, reason TEXT, attempt_count \(integer) NOT NULL, earlier_attempts \(integer) NOT NULL,
        next_trigger \(integer) NOT NULL, due_at_us \(integer), leased_by \(integer), created_at_us \(integer) NOT NULL,
        updated_at_us \(integer) NOT NULL
      )\(end)
      """,
      "CREATE INDEX deliveries_event ON deliveries (event_key)",
      "CREATE INDEX deliveries_webhook ON deliveries (webhook_key\(thenKey))",
      "CREATE INDEX deliveries_due ON deliveries (webhook_key, due_at_us\(thenKey)) WHERE leased_by IS NULL AND due_at_us IS NOT NULL",
      "CREATE INDEX deliveries_open ON deliveries (leased_by\(thenKey)) WHERE due_at_us IS NOT NULL",
      "CREATE INDEX deliveries_ended ON deliveries (state\(thenKey)) WHERE state >= 3",
      "CREATE INDEX deliveries_ended_webhook ON deliveries (webhook_key, state\(thenKey)) WHERE state >= 3",
      """
      CREATE TABLE attempts (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, delivery_key \(integer) NOT NULL, number \(integer) NOT NULL,
        trigger_code \(integer) NOT NULL, revision \(integer) NOT NULL, started_at_us \(integer) NOT NULL, duration_us \(integer) NOT NULL,
        resolve_us \(integer), connect_us \(integer), first_byte_us \(integer), exchange_us \(integer),
        failure_kind TEXT, failure_message TEXT,
        request_method TEXT, request_url TEXT, request_headers TEXT, request_body \(bytes),
        response_status \(integer), response_headers TEXT, response_body \(bytes), response_is_truncated \(integer), log TEXT
      )\(end)
      """,
      "CREATE INDEX attempts_delivery ON attempts (delivery_key)",
    ]
  }

  /// What plugins need: their contents, which of them an attempt ran and a replay runs, and who made a revision.
  ///
  /// The columns of `deliveries` and `attempts` are `NULL` in nearly every row, which costs a byte each and no index.
  private static let plugins = Migration(2, "plugins and revisions") { dialect in
    let (integer, bytes, end) = (dialect.integer, dialect.bytes, dialect.tableOptions)
    return [
      "ALTER TABLE webhook_revisions ADD COLUMN made_by TEXT NOT NULL DEFAULT 'unknown'",
      "ALTER TABLE attempts ADD COLUMN plugins TEXT",
      "ALTER TABLE deliveries ADD COLUMN pin_revision \(integer)",
      "ALTER TABLE deliveries ADD COLUMN pin_plugins TEXT",
      """
      CREATE TABLE plugin_revisions (
        name TEXT NOT NULL, revision \(integer) NOT NULL, digest TEXT NOT NULL, created_at_us \(integer) NOT NULL,
        content \(bytes) NOT NULL, PRIMARY KEY (name, revision)
      )\(end)
      """,
    ]
  }

  /// Which revisions gave their webhook another secret: 1, else `NULL`.
  private static let secretChanges = Migration(3, "revisions that change the secret") { dialect in
    ["ALTER TABLE webhook_revisions ADD COLUMN changes_secret \(dialect.integer)"]
  }

  /// Keys of the API, and each webhook's namespace in a column of its own, so that lists can be limited to what a key may see.
  private static let keys = Migration(5, "keys") { dialect in
    let (integer, bytes, end) = (dialect.integer, dialect.bytes, dialect.tableOptions)
    return [
      """
      CREATE TABLE api_keys (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, name TEXT NOT NULL UNIQUE, namespaces TEXT, digest \(bytes) NOT NULL UNIQUE,
        created_at_us \(integer) NOT NULL, expires_at_us \(integer)
      )\(end)
      """,
      "ALTER TABLE webhooks ADD COLUMN namespace TEXT",
      "UPDATE webhooks SET namespace = \(dialect.member("namespace", "config"))",
    ]
  }
}
