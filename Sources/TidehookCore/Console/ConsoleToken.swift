// What lets somebody into the console: sessions, and links that become sessions. Pure values: time is passed in.

/// A session, or a one-time link, as it is kept: never the token itself, only its digest.
public struct ConsoleToken: Sendable, Hashable {
  /// What a token is good for.
  public enum Kind: Sendable, Hashable, CaseIterable {
    /// Calls, as often as it likes.
    case session
    /// One sign-in.
    case link
  }

  /// Which it is.
  public var kind: Kind
  /// The SHA-256 digest of its text.
  public var digest: [UInt8]
  /// Whose key it stands for; `nil` for the admin key.
  public var key: KeyID?
  /// Ties it to that key's text: a digest of both texts, which is of no use to who has neither, and a few bytes that tell whether the key is
  /// still that one.
  public var binding: [UInt8]
  /// When it was made.
  public var createdAt: Timestamp
  /// From when on it is refused, whatever happens.
  public var expiresAt: Timestamp
  /// When it was last used, within a minute or so.
  public var usedAt: Timestamp

  /// Makes a token of its parts.
  public init(
    kind: Kind, digest: [UInt8], key: KeyID?, binding: [UInt8], createdAt: Timestamp, expiresAt: Timestamp, usedAt: Timestamp? = nil
  ) {
    self.kind = kind
    self.digest = digest
    self.key = key
    self.binding = binding
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.usedAt = usedAt ?? createdAt
  }
}

/// How long tokens are good.
public struct ConsoleRule: Sendable, Hashable {
  /// How long a session lasts from signing in.
  public var life: Duration
  /// How long a session lasts without a request.
  public var idle: Duration

  /// How long a link waits for its one use.
  public static let linkLife = Duration.seconds(300)
  /// Uses closer together than this are one, so that a page's many calls write nothing.
  public static let usePrecision = Duration.seconds(60)

  /// Makes a rule: twelve hours and two unless given.
  public init(life: Duration = .seconds(12 * 3600), idle: Duration = .seconds(2 * 3600)) {
    self.life = life
    self.idle = idle
  }

  /// When a token of a kind ends that is made now.
  public func end(of kind: ConsoleToken.Kind, madeAt now: Timestamp) -> Timestamp {
    switch kind {
    case .session: now + life
    case .link: now + Self.linkLife
    }
  }

  /// Whether a token is still good; a rule that became stricter holds for tokens of before, too.
  public func isGood(_ token: ConsoleToken, at now: Timestamp) -> Bool {
    guard now < min(token.expiresAt, end(of: token.kind, madeAt: token.createdAt)) else { return false }
    switch token.kind {
    case .session: return now < token.usedAt + idle
    case .link: return true
    }
  }

  /// Whether a use now should be noted.
  public func isNews(_ token: ConsoleToken, at now: Timestamp) -> Bool { now >= token.usedAt + Self.usePrecision }
}

/// Keeps tokens. Consumer: the sessions of the API.
public protocol ConsoleStore: Sendable {
  /// Stores a new token; fails as `stale`, and stores nothing, when the link that it was made of is not there any more.
  func insert(_ token: ConsoleToken, redeeming link: [UInt8]?) async throws(StoreError)
  /// Every token.
  func consoleTokens() async throws(StoreError) -> [ConsoleToken]
  /// Writes when tokens were last used, and forgets others, named by their digests.
  func updateTokens(used: [(digest: [UInt8], at: Timestamp)], forgotten: [[UInt8]]) async throws(StoreError)
}
