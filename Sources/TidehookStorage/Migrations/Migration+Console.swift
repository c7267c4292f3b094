// Who is signed in to the console.

extension Migration {
  /// Sessions (`kind` 0) and one-time links (1), by the digests of their tokens; the admin key has neither `key_key` nor `key_entropy`.
  static let console = Migration(16, "console tokens") { dialect in
    let (integer, bytes) = (dialect.integer, dialect.bytes)
    return [
      """
      CREATE TABLE console_tokens (
        digest \(bytes) PRIMARY KEY, kind \(integer) NOT NULL, key_key \(integer), key_entropy \(integer), binding \(bytes) NOT NULL,
        created_at_us \(integer) NOT NULL, expires_at_us \(integer) NOT NULL, used_at_us \(integer) NOT NULL
      )\(dialect.clusteredTableOptions)
      """
    ]
  }
}
