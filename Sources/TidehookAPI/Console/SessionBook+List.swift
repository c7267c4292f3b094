// Sessions as people see them, and the end of one of them.

import TidehookCore
import TidehookSigning

/// A session, without what lets anybody use it.
struct ListedSession: Sendable {
  /// Names it; part of the digest of its token, from which nobody gets the token.
  let id: String
  let holder: KeyHolder
  let madeAt: Timestamp
  /// Within a minute or so.
  let usedAt: Timestamp
  /// When it ends at the latest.
  let end: Timestamp
  /// Whether it is the one that asks.
  let isOwn: Bool
}

extension SessionBook {
  static let idPrefix = "ses_"
  /// How much of a digest an id has, in bytes: enough for no two sessions to share one.
  private static let idBytes = 10

  /// The sessions that a caller may see, the last used first: those of its key, or of every key for the admin key.
  func sessions(seenBy caller: Caller) -> [ListedSession] {
    good().filter { Self.mayEnd($0, caller) }.sorted { ($0.usedAt, $0.createdAt) > ($1.usedAt, $1.createdAt) }.compactMap { token in
      guard let holder = holder(of: token) else { return nil }
      return ListedSession(
        id: Self.id(of: token), holder: holder, madeAt: token.createdAt, usedAt: token.usedAt,
        end: min(token.expiresAt, rule.end(of: .session, madeAt: token.createdAt)), isOwn: token.digest == caller.session?.digest)
    }
  }

  /// Ends one session.
  /// - Returns: false when the caller sees none of that id.
  func end(_ id: String, by caller: Caller) async throws(StoreError) -> Bool {
    guard let token = good().first(where: { Self.id(of: $0) == id && Self.mayEnd($0, caller) }) else { return false }
    try await end(token.digest)
    return true
  }

  private static func id(of token: ConsoleToken) -> String { idPrefix + Hex.encode(Array(token.digest.prefix(idBytes))) }

  private static func mayEnd(_ token: ConsoleToken, _ caller: Caller) -> Bool {
    caller.holder.principal.isAdmin || token.key == caller.holder.id
  }
}

extension JSONWriter {
  /// Writes `{id, key, made_at, last_used_at, expires_at, this}`.
  mutating func session(_ session: ListedSession) {
    beginObject()
    key("id")
    string(session.id)
    key("key")
    holder(session.holder)
    key("made_at")
    string(session.madeAt.rfc3339)
    key("last_used_at")
    string(session.usedAt.rfc3339)
    key("expires_at")
    string(session.end.rfc3339)
    key("this")
    bool(session.isOwn)
    endObject()
  }
}
