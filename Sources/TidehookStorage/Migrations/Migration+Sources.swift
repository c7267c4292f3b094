// The tables of sources.

extension Migration {
  /// Sources with every revision, what they received, and which ids of senders came lately.
  ///
  /// `source_counts` holds how many requests there are and how many bytes, so that a write forgets the oldest without counting the rest.
  static let sources = Migration(4, "sources") { dialect in
    let (integer, bytes, end, thenKey) = (dialect.integer, dialect.bytes, dialect.tableOptions, dialect.thenKey)
    return [
      """
      CREATE TABLE sources (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, revision \(integer) NOT NULL, config TEXT NOT NULL,
        secrets TEXT NOT NULL, created_at_us \(integer) NOT NULL, updated_at_us \(integer) NOT NULL
      )\(end)
      """,
      """
      CREATE TABLE source_revisions (
        source_key \(integer) NOT NULL, revision \(integer) NOT NULL, config TEXT NOT NULL, created_at_us \(integer) NOT NULL,
        made_by TEXT NOT NULL, changes_secret \(integer), PRIMARY KEY (source_key, revision)
      )\(end)
      """,
      """
      CREATE TABLE source_requests (
        key \(integer) PRIMARY KEY, entropy \(integer) NOT NULL, source_key \(integer) NOT NULL, revision \(integer) NOT NULL,
        state \(integer) NOT NULL, received_at_us \(integer) NOT NULL, rerun_at_us \(integer), scheme TEXT NOT NULL, secret_header TEXT,
        reason TEXT, status \(integer) NOT NULL, plugin TEXT, event_count \(integer) NOT NULL, kept_bytes \(integer) NOT NULL,
        body_bytes \(integer) NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
        headers TEXT NOT NULL, answer \(bytes) NOT NULL, log TEXT NOT NULL, events TEXT NOT NULL, body \(bytes) NOT NULL
      )\(end)
      """,
      "CREATE INDEX source_requests_state ON source_requests (source_key, state\(thenKey))",
      """
      CREATE TABLE source_counts (
        source_key \(integer) NOT NULL, state \(integer) NOT NULL, requests \(integer) NOT NULL, bytes \(integer) NOT NULL,
        PRIMARY KEY (source_key, state)
      )\(end)
      """,
      """
      CREATE TABLE source_dedupe (
        source_key \(integer) NOT NULL, id TEXT NOT NULL, request_key \(integer) NOT NULL, request_entropy \(integer) NOT NULL,
        until_us \(integer) NOT NULL, answer \(bytes) NOT NULL, PRIMARY KEY (source_key, id)
      )\(end)
      """,
      "CREATE INDEX source_dedupe_until ON source_dedupe (until_us)",
    ]
  }
}
