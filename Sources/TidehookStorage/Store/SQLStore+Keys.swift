// Keeps the keys of the API: their digests, never the keys.

public import TidehookCore

extension SQLStore: KeyStore {
  private static let insertKey = SQLStatement(
    "INSERT INTO api_keys (key, entropy, name, namespaces, digest, created_at_us, expires_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)")

  /// Stores a new key.
  public func insert(_ key: StoredKey) async throws(StoreError) {
    let row = key.key
    let namespaces = row.namespaces.map { String(decoding: JSONValue.array($0.map { .string($0.name) }).bytes, as: UTF8.self) }
    try await writer.write("cannot store key \(row.id)") { connection in
      _ = try connection.execute(
        Self.insertKey,
        [
          .key(row.id.value), .entropy(row.id.value), .text(row.name), SQLValue(namespaces), .bytes(key.digest), .time(row.createdAt),
          .time(row.expiresAt),
        ])
    }
  }

  private static let allKeys = SQLStatement(
    "SELECT key, entropy, name, namespaces, digest, created_at_us, expires_at_us FROM api_keys ORDER BY key")

  /// Every key, oldest first.
  public func keys() async throws(StoreError) -> [StoredKey] {
    let rows = try await read("list keys") { connection throws(SQLFailure) in
      try connection.all(Self.allKeys, []) { row in
        let key = APIKey(
          id: KeyID(row.id(0)), name: row.text(2), namespaces: nil, createdAt: row.time(5), expiresAt: row.optionalTime(6))
        return (key: StoredKey(key: key, digest: row.bytes(4)), namespaces: row.optionalText(3))
      }
    }
    var keys: [StoredKey] = []
    for row in rows {
      var key = row.key
      if let text = row.namespaces { key.key.namespaces = try Self.namespaces(text, of: key.key.id) }
      keys.append(key)
    }
    return keys
  }

  /// A limit that cannot be read must not become none.
  private static func namespaces(_ text: String, of id: KeyID) throws(StoreError) -> [Namespace] {
    let names = (try? JSONValue(parsing: Array(text.utf8)))?.elements?.map(\.stringValue) ?? [nil]
    guard names.allSatisfy({ $0 != nil }) else { throw StoreError(.failed, "cannot read the namespaces of key \(id)") }
    return names.compactMap { $0.map(Namespace.init(stored:)) }
  }

  private static let deleteKey = SQLStatement("DELETE FROM api_keys WHERE key = $1 AND entropy = $2")

  /// Forgets a key; fails as `stale` when there is none.
  public func delete(_ id: KeyID) async throws(StoreError) {
    try await writer.write("cannot remove key \(id)") { connection in
      let removed = try connection.execute(Self.deleteKey, [.key(id.value), .entropy(id.value)])
      guard removed == 1 else { throw StoreError(.stale, "it does not exist") }
    }
  }
}
