// Who is signed in to the console: every session and link in memory, found by its digest, so that a request reads nothing from the store.

public import Logging
import Synchronization
public import TidehookCore
import TidehookSigning

/// Knows every session and every one-time link. Both are tied to their key: when that is removed, expires or changes, they are good no more.
public final class SessionBook: Sendable {
  private struct Table {
    var tokens: [[UInt8]: ConsoleToken] = [:]
    /// Whose last use is not written yet.
    var used: Set<[UInt8]> = []
    /// What is good no more and may still be in the store.
    var forgotten: Set<[UInt8]> = []
  }

  /// More sessions than this of one key, and more links, are not kept: the key's own that was not used for longest makes room.
  private static let maximumPerKey = 50

  let rule: ConsoleRule
  private let store: any ConsoleStore
  private let keys: KeyRing
  private let generate: @Sendable () throws -> String
  private let time: any TimeSource
  private let logger: Logger
  private let table = Mutex(Table())

  /// Makes a book; call ``load()`` before anything is served.
  /// - Parameter generate: makes the text of a token, of 256 random bits.
  public init(
    store: any ConsoleStore, keys: KeyRing, rule: ConsoleRule, generate: @escaping @Sendable () throws -> String, time: any TimeSource,
    logger: Logger
  ) {
    self.store = store
    self.keys = keys
    self.rule = rule
    self.generate = generate
    self.time = time
    self.logger = logger
  }

  /// Reads every token from the store.
  public func load() async throws(StoreError) {
    let tokens = try await store.consoleTokens()
    table.withLock { table in
      for token in tokens { table.tokens[token.digest] = token }
    }
  }

  /// Once a minute writes which sessions were used, and forgets what is good no more, until the task is cancelled.
  public func run() async {
    while (try? await time.sleep(until: time.now() + ConsoleRule.usePrecision)) != nil { await flush() }
  }

  /// Writes what is not written yet; what cannot be written now waits for the next time.
  public func flush() async {
    let now = time.now()
    table.withLock { table in
      for (digest, token) in table.tokens where !rule.isGood(token, at: now) { Self.forget(digest, in: &table) }
    }
    do throws(StoreError) {
      try await write()
    } catch {
      logger.debug("sessions not written", metadata: ["error": "\(error)"])
    }
  }

  /// Who a session's token belongs to; `nil` when it is none, or good no more. Notes its use.
  func caller(of text: String) -> Caller? {
    guard let digest = Self.digest(text) else { return nil }
    let now = time.now()
    let found = table.withLock { table -> ConsoleToken? in
      guard let token = table.tokens[digest], token.kind == .session, rule.isGood(token, at: now) else { return nil }
      if rule.isNews(token, at: now) {
        table.tokens[digest]?.usedAt = now
        table.used.insert(digest)
      }
      return token
    }
    guard let found, let holder = holder(of: found, text) else { return nil }
    let end = min(found.expiresAt, rule.end(of: .session, madeAt: found.createdAt))
    return Caller(holder: holder, session: Session(text: text, digest: digest, end: end))
  }

  /// Whether a session goes on; that is no use of it.
  func isGood(_ session: Session) -> Bool {
    let token = table.withLock { $0.tokens[session.digest] }
    return token.map { rule.isGood($0, at: time.now()) && holder(of: $0, session.text) != nil } ?? false
  }

  /// Makes a session.
  func signIn(_ holder: KeyHolder) async throws -> Session {
    try await make(.session, for: holder).session
  }

  /// Makes a session of a link, which is good no more.
  /// - Returns: `nil` when it is no link, or was used, or has expired.
  func signIn(withLink text: String) async throws -> Caller? {
    let now = time.now()
    guard let digest = Self.digest(text), let link = takeLink(digest, at: now), let holder = holder(of: link, text) else { return nil }
    do {
      return Caller(holder: holder, session: try await make(.session, for: holder, redeeming: digest).session)
    } catch let error as StoreError {
      guard error.code != .stale else { return nil }
      // Nothing was stored: the link is good for another try.
      table.withLock { $0.tokens[digest] = link }
      throw error
    }
  }

  /// Makes a link, good for one sign-in.
  func makeLink(for holder: KeyHolder) async throws -> (text: String, expiresAt: Timestamp) {
    let (session, token) = try await make(.link, for: holder)
    return (session.text, token.expiresAt)
  }

  /// Ends one session.
  func end(_ session: Session) async throws(StoreError) { try await end(session.digest) }

  /// Ends the session of a digest.
  func end(_ digest: [UInt8]) async throws(StoreError) {
    table.withLock { Self.forget(digest, in: &$0) }
    try await write()
  }

  /// Every session that is still good, as far as can be told without its text.
  func good() -> [ConsoleToken] {
    let now = time.now()
    return table.withLock { $0.tokens.values.filter { $0.kind == .session && rule.isGood($0, at: now) } }
  }

  /// Whose key a token stands for, as far as can be told without its text; `nil` when that is gone, or became another one.
  func holder(of token: ConsoleToken) -> KeyHolder? {
    guard let holder = keys.holder(of: token.key) else { return nil }
    let mark = token.binding.dropFirst(Self.bindingBytes).prefix(Self.markBytes)
    // Tokens of before have none.
    guard mark.isEmpty || (try? Self.mark(of: holder)) == Array(mark) else { return nil }
    return holder
  }

  /// Ends every session and link of a key.
  func endAll(of holder: KeyHolder) async throws(StoreError) {
    table.withLock { table in
      for (digest, token) in table.tokens where token.key == holder.id { Self.forget(digest, in: &table) }
    }
    try await write()
  }
}

extension SessionBook {
  private func make(
    _ kind: ConsoleToken.Kind, for holder: KeyHolder, redeeming link: [UInt8]? = nil
  ) async throws -> (session: Session, token: ConsoleToken) {
    let text = try generate()
    let now = time.now()
    let digest = try Digest.sha256(Array(text.utf8))
    let end = rule.end(of: kind, madeAt: now)
    let token = ConsoleToken(
      kind: kind, digest: digest, key: holder.id, binding: try Self.binding(of: text, to: holder) + Self.mark(of: holder), createdAt: now,
      expiresAt: end)
    try await store.insert(token, redeeming: link)
    table.withLock { table in
      Self.makeRoom(for: token, in: &table)
      table.tokens[digest] = token
    }
    return (Session(text: text, digest: digest, end: end), token)
  }

  /// Takes a link out of the book: of two who come at once, one gets it.
  private func takeLink(_ digest: [UInt8], at now: Timestamp) -> ConsoleToken? {
    table.withLock { table in
      guard let link = table.tokens[digest], link.kind == .link, rule.isGood(link, at: now) else { return nil }
      table.tokens[digest] = nil
      return link
    }
  }

  /// The holder of a token's key, if that is still the key that it was.
  private func holder(of token: ConsoleToken, _ text: String) -> KeyHolder? {
    guard let holder = keys.holder(of: token.key), let binding = try? Self.binding(of: text, to: holder) else { return nil }
    return constantTimeEquals(binding, Array(token.binding.prefix(Self.bindingBytes))) ? holder : nil
  }

  private func write() async throws(StoreError) {
    let (used, forgotten) = table.withLock { table in
      let used = table.used.compactMap { digest in table.tokens[digest].map { (digest: digest, at: $0.usedAt) } }
      let forgotten = table.forgotten
      (table.used, table.forgotten) = ([], [])
      return (used, forgotten)
    }
    guard !used.isEmpty || !forgotten.isEmpty else { return }
    do throws(StoreError) {
      try await store.updateTokens(used: used, forgotten: Array(forgotten))
    } catch {
      table.withLock { table in
        table.used.formUnion(used.map(\.digest))
        table.forgotten.formUnion(forgotten)
      }
      throw error
    }
  }

  private static func makeRoom(for new: ConsoleToken, in table: inout Table) {
    let own = table.tokens.values.filter { $0.key == new.key && $0.kind == new.kind }.sorted { $0.usedAt < $1.usedAt }
    for token in own.dropLast(maximumPerKey - 1) { forget(token.digest, in: &table) }
  }

  private static func forget(_ digest: [UInt8], in table: inout Table) {
    guard table.tokens.removeValue(forKey: digest) != nil else { return }
    table.used.remove(digest)
    table.forgotten.insert(digest)
  }

  private static func digest(_ text: String) -> [UInt8]? { try? Digest.sha256(Array(text.utf8)) }

  /// How long a digest is.
  private static let bindingBytes = 32
  /// How long a mark is; it was longer once.
  private static let markBytes = 1

  /// Tells a key from nearly every one whose place it may have taken, for lists alone: whether a session is good is the binding's business.
  ///
  /// One byte of a digest: people choose admin keys, and a longer mark in a copy of the store would tell a guess from the key.
  private static func mark(of holder: KeyHolder) throws -> [UInt8] {
    Array(try Digest.sha256(Array("holder\n".utf8) + holder.digest).prefix(markBytes))
  }

  private static func binding(of text: String, to holder: KeyHolder) throws -> [UInt8] {
    try Digest.sha256(Array("\(text)\n".utf8) + holder.digest)
  }
}
