// Every key in memory, found by its digest: a request reads nothing from the store, and a removed key is refused at once.

import Synchronization
public import TidehookCore

/// What the ring needs to know of keys; how they are made and hashed is the signing module's business.
public struct KeySource: Sendable {
  let generate: @Sendable () throws -> String
  let digest: @Sendable (String) throws -> [UInt8]
  let isAdmin: @Sendable (String) -> Bool
  let adminDigest: [UInt8]

  /// - Parameters:
  ///   - generate: makes the text of a new key.
  ///   - digest: a collision-resistant hash of a key's text, by which it is found again.
  ///   - isAdmin: whether a text is the admin key; must compare in constant time.
  ///   - adminDigest: the admin key's digest; it is never stored as such.
  public init(
    generate: @escaping @Sendable () throws -> String, digest: @escaping @Sendable (String) throws -> [UInt8],
    isAdmin: @escaping @Sendable (String) -> Bool, adminDigest: [UInt8]
  ) {
    self.generate = generate
    self.digest = digest
    self.isAdmin = isAdmin
    self.adminDigest = adminDigest
  }
}

/// Who carries a key, and how often he may call.
final class KeyHolder: Sendable {
  let principal: Principal
  /// The key's id; `nil` for the admin key.
  let id: KeyID?
  /// The key's digest.
  let digest: [UInt8]
  let gauge: RateGauge

  init(_ principal: Principal, id: KeyID?, digest: [UInt8], gauge: RateGauge) {
    self.principal = principal
    self.id = id
    self.digest = digest
    self.gauge = gauge
  }
}

/// Knows every key. A text is compared with the admin key in constant time; of all others only the digest is looked up, which tells nobody
/// how much of a guess was right.
public final class KeyRing: Sendable {
  private struct Entry {
    let key: APIKey
    let holder: KeyHolder
  }

  private struct Table {
    var entries: [[UInt8]: Entry] = [:]
    /// Names of keys that are being stored.
    var reserved: Set<String> = []
  }

  private let store: any KeyStore
  private let source: KeySource
  private let ids: IDGenerator
  private let time: any TimeSource
  private let limit: RateLimit
  private let table = Mutex(Table())
  private let admin: KeyHolder
  /// Counts the requests that carry no good key, all together.
  let strangers: RateGauge

  /// Makes a ring; call ``load()`` before anything is served.
  /// - Parameter limit: how often each key may be used; requests without a good one share one such limit.
  public init(store: any KeyStore, source: KeySource, limit: RateLimit, ids: IDGenerator, time: any TimeSource) {
    self.store = store
    self.source = source
    self.limit = limit
    self.ids = ids
    self.time = time
    let now = time.now()
    admin = KeyHolder(.admin, id: nil, digest: source.adminDigest, gauge: RateGauge(limit, at: now))
    strangers = RateGauge(limit, at: now)
  }

  /// Reads every key from the store.
  public func load() async throws(StoreError) {
    for stored in try await store.keys() { put(stored) }
  }

  /// The holder of a key; `nil` when it is none, was removed, or has expired.
  func holder(of text: String) -> KeyHolder? {
    if source.isAdmin(text) { return admin }
    guard let digest = try? source.digest(text), let entry = table.withLock({ $0.entries[digest] }) else { return nil }
    return valid(entry)
  }

  /// The holder of the key with an id, `nil` being the admin key's; `nil` when there is none, it was removed, or it has expired.
  func holder(of id: KeyID?) -> KeyHolder? {
    guard let id else { return admin }
    return table.withLock { $0.entries.values.first { $0.key.id == id } }.flatMap(valid)
  }

  private func valid(_ entry: Entry) -> KeyHolder? {
    entry.key.expiresAt == nil || entry.key.isValid(at: time.now()) ? entry.holder : nil
  }

  /// Every key, oldest first, those that have expired included.
  func keys() -> [APIKey] {
    table.withLock { $0.entries.values.map(\.key) }.sorted { $0.id < $1.id }
  }

  /// One key.
  func key(_ id: KeyID) -> APIKey? { keys().first { $0.id == id } }

  /// Makes a key that is good from now on.
  /// - Returns: the key, and its text, which nobody can find out later; `nil` when another key has that name.
  func add(name: String, namespaces: [Namespace]?, expiresAt: Timestamp?) async throws -> (key: APIKey, text: String)? {
    let text = try source.generate()
    let key = APIKey(id: KeyID(ids.next()), name: name, namespaces: namespaces, createdAt: time.now(), expiresAt: expiresAt)
    let stored = StoredKey(key: key, digest: try source.digest(text))
    guard reserve(name) else { return nil }
    defer { table.withLock { _ = $0.reserved.remove(name) } }
    try await store.insert(stored)
    put(stored)
    return (key, text)
  }

  /// Removes a key, which is refused from now on.
  /// - Returns: whether there was one.
  // Inlined into its caller it crashes the optimiser of Swift 6.3 (splitting of coroutines).
  @inline(never)
  func remove(_ id: KeyID) async throws(StoreError) -> Bool {
    guard let digest = table.withLock({ $0.entries.first { $0.value.key.id == id }?.key }) else { return false }
    do throws(StoreError) {
      try await store.delete(id)
    } catch {
      // Somebody else removed it at the same moment.
      guard error.code == .stale else { throw error }
    }
    table.withLock { $0.entries[digest] = nil }
    return true
  }

  private func put(_ stored: StoredKey) {
    let holder = KeyHolder(
      stored.key.principal, id: stored.key.id, digest: stored.digest, gauge: RateGauge(limit, at: time.now()))
    table.withLock { $0.entries[stored.digest] = Entry(key: stored.key, holder: holder) }
  }

  private func reserve(_ name: String) -> Bool {
    table.withLock { table in
      guard !table.entries.values.contains(where: { $0.key.name == name }) else { return false }
      return table.reserved.insert(name).inserted
    }
  }
}
