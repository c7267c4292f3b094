// Keeps who is signed in to the console: digests of tokens, never the tokens.

public import TidehookCore

extension SQLStore: ConsoleStore {
  private static let insertToken = SQLStatement(
    """
    INSERT INTO console_tokens (digest, kind, key_key, key_entropy, binding, created_at_us, expires_at_us, used_at_us)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    """)
  private static let forgetToken = SQLStatement("DELETE FROM console_tokens WHERE digest = $1")
  private static let useToken = SQLStatement("UPDATE console_tokens SET used_at_us = $1 WHERE digest = $2 AND used_at_us < $1")

  /// Stores a new token; fails as `stale`, and stores nothing, when the link that it was made of is not there any more.
  public func insert(_ token: ConsoleToken, redeeming link: [UInt8]?) async throws(StoreError) {
    let row: [SQLValue] = [
      .bytes(token.digest), .integer(token.kind.code), token.key.map { .key($0.value) } ?? .null,
      token.key.map { .entropy($0.value) } ?? .null, .bytes(token.binding), .time(token.createdAt), .time(token.expiresAt),
      .time(token.usedAt),
    ]
    try await writer.write("cannot store who is signed in") { connection in
      if let link, try connection.execute(Self.forgetToken, [.bytes(link)]) != 1 {
        throw StoreError(.stale, "the link is not there any more")
      }
      _ = try connection.execute(Self.insertToken, row)
    }
  }

  private static let allTokens = SQLStatement(
    "SELECT key_key, key_entropy, digest, kind, binding, created_at_us, expires_at_us, used_at_us FROM console_tokens")

  /// Every token.
  public func consoleTokens() async throws(StoreError) -> [ConsoleToken] {
    try await read("read who is signed in") { connection throws(SQLFailure) in
      try connection.all(Self.allTokens, []) { row in
        ConsoleToken(
          kind: ConsoleToken.Kind(code: row.integer(3)), digest: row.bytes(2), key: row.isNull(0) ? nil : KeyID(row.id(0)),
          binding: row.bytes(4), createdAt: row.time(5), expiresAt: row.time(6), usedAt: row.time(7))
      }
    }
  }

  /// Writes when tokens were last used, and forgets others, named by their digests.
  public func updateTokens(used: [(digest: [UInt8], at: Timestamp)], forgotten: [[UInt8]]) async throws(StoreError) {
    try await writer.write("cannot update who is signed in") { connection in
      for use in used { try connection.execute(Self.useToken, [.time(use.at), .bytes(use.digest)]) }
      for digest in forgotten { try connection.execute(Self.forgetToken, [.bytes(digest)]) }
    }
  }
}

extension ConsoleToken.Kind {
  /// Its number in the database.
  fileprivate var code: Int64 {
    switch self {
    case .session: 0
    case .link: 1
    }
  }

  /// The kind of a number; what this release does not know reads as a link, which can do least.
  fileprivate init(code: Int64) {
    self = code == 0 ? .session : .link
  }
}
