// An inbound endpoint: what it believes, what it makes of a request, and how much it takes.

/// The id of a source: `src_…`.
public struct SourceID: PrefixedID {
  /// `src_`.
  public static let prefix = "src_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// The id of a request that a source received: `req_…`.
public struct InboundRequestID: PrefixedID {
  /// `req_`.
  public static let prefix = "req_"
  /// The value behind the prefix.
  public let value: TimeOrderedID
  /// Wraps a value.
  public init(_ value: TimeOrderedID) { self.value = value }
}

/// What turns a source's requests into events.
public enum SourceCode: Sendable, Hashable {
  /// The body becomes the `data` of one event of type `source.<name>`.
  case body
  /// A plugin of kind `source`, with its options.
  case plugin(PluginStage)
  /// An inline Lua script that defines `receive`.
  case script(String)
}

/// How a repeat is told from a new request.
public struct DedupeRule: Sendable, Hashable {
  /// Where the sender's id of the request stands.
  public enum Key: Sendable, Hashable {
    /// In a header.
    case header(String)
    /// In the JSON body, at a path of member names: `data.id`.
    case path(String)
  }

  /// Where the id stands; requests without one are never repeats.
  public var key: Key
  /// For how long an id is remembered, in seconds, 1...2_592_000 (30 days); a day by default.
  public var windowSeconds: Int64

  /// Makes a rule.
  public init(_ key: Key, windowSeconds: Int64 = 86_400) {
    self.key = key
    self.windowSeconds = windowSeconds
  }
}

/// A source's configuration.
public struct Source: Sendable, Hashable {
  /// Its id.
  public var id: SourceID
  /// What people call it, and what events without a type of their own are called: `source.<name>`; `[a-z0-9_-]{1,63}`.
  public var name: String
  /// What makes events.
  public var code: SourceCode
  /// The namespace of all its events; `nil` leaves it to what each event says.
  public var namespace: Namespace?
  /// What it demands of requests.
  public var verify: VerificationRule
  /// The secrets that a request may be signed with: several while one replaces another. Public keys of asymmetric schemes stand here, too.
  public var secrets: [Secret]
  /// How repeats are recognised; `nil` for not at all.
  public var dedupe: DedupeRule?
  /// The methods that it takes, in upper case; `POST` alone by default.
  public var methods: [String]
  /// The media types that it takes, without parameters and in lower case; empty for all.
  public var contentTypes: [String]
  /// How long a body may be, in bytes, 1...10_485_760; 1 MiB by default.
  public var maxBodyBytes: Int
  /// How often it may be called; `nil` for no limit.
  public var rateLimit: RateLimit?
  /// Whether it takes requests.
  public var isActive: Bool
  /// Counts the changes of this configuration, from 1.
  public var revision: Int
  /// When it was made.
  public var createdAt: Timestamp
  /// When it was last changed.
  public var updatedAt: Timestamp

  /// Makes a source of its parts.
  public init(
    id: SourceID, name: String, code: SourceCode = .body, namespace: Namespace? = nil, verify: VerificationRule, secrets: [Secret] = [],
    dedupe: DedupeRule? = nil, methods: [String] = ["POST"], contentTypes: [String] = [], maxBodyBytes: Int = 1 << 20,
    rateLimit: RateLimit? = nil, isActive: Bool = true, revision: Int = 1, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.code = code
    self.namespace = namespace
    self.verify = verify
    self.secrets = secrets
    self.dedupe = dedupe
    self.methods = methods
    self.contentTypes = contentTypes
    self.maxBodyBytes = maxBodyBytes
    self.rateLimit = rateLimit
    self.isActive = isActive
    self.revision = revision
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
