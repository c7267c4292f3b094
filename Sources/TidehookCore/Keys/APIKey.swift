// A key for the API, limited to namespaces, and how keys are kept: never the key itself, only its digest.

/// The id of a key: `key_…`.
public struct KeyID: PrefixedID {
  /// `key_`.
  public static let prefix = "key_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// A key, as far as it may be shown.
public struct APIKey: Sendable, Hashable {
  /// Its id.
  public var id: KeyID
  /// What people call it; no two keys have the same name.
  public var name: String
  /// What it is limited to, at least one; `nil` for every namespace.
  public var namespaces: [Namespace]?
  /// When it was made.
  public var createdAt: Timestamp
  /// From when on it is refused; `nil` for never.
  public var expiresAt: Timestamp?

  /// Makes a key of its parts.
  public init(id: KeyID, name: String, namespaces: [Namespace]?, createdAt: Timestamp, expiresAt: Timestamp? = nil) {
    self.id = id
    self.name = name
    self.namespaces = namespaces
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }

  /// Its holder.
  public var principal: Principal { Principal(name: name, namespaces: namespaces) }

  /// Whether it is still good.
  public func isValid(at now: Timestamp) -> Bool { expiresAt.map { now < $0 } ?? true }
}

/// A key with what it is recognised by.
public struct StoredKey: Sendable, Hashable {
  /// The key.
  public var key: APIKey
  /// The SHA-256 digest of its text.
  public var digest: [UInt8]

  /// Makes a stored key of its parts.
  public init(key: APIKey, digest: [UInt8]) {
    self.key = key
    self.digest = digest
  }
}

/// Keeps keys. Consumer: the key ring of the API.
public protocol KeyStore: Sendable {
  /// Stores a new key.
  func insert(_ key: StoredKey) async throws(StoreError)
  /// Every key, oldest first.
  func keys() async throws(StoreError) -> [StoredKey]
  /// Forgets a key; fails as `stale` when there is none.
  func delete(_ id: KeyID) async throws(StoreError)
}
