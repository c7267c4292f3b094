// What a gateway is and how it was set up, as far as those who use it may know.

public import TidehookCore

/// A gateway's facts.
public struct About: Sendable {
  /// What it keeps things in.
  public struct Store: Sendable {
    let kind: String
    let schemaVersion: Int64
    let path: String
    let size: @Sendable () -> Int64?
    let free: @Sendable () -> Int64?

    /// - Parameters:
    ///   - kind: `sqlite`.
    ///   - schemaVersion: the number of the last migration.
    ///   - path: where it is; shown to the admin key alone.
    ///   - size: how many bytes it takes; `nil` when that is not known.
    ///   - free: how many bytes more fit.
    public init(
      kind: String, schemaVersion: Int64, path: String, size: @escaping @Sendable () -> Int64?, free: @escaping @Sendable () -> Int64?
    ) {
      self.kind = kind
      self.schemaVersion = schemaVersion
      self.path = path
      self.size = size
      self.free = free
    }
  }

  let version: String
  let startedAt: Timestamp
  let store: Store
  let rateLimit: RateLimit
  let scriptLimits: JSONValue
  let settings: JSONValue
  let retention: RetentionPolicy
  let pluginsFolder: String

  /// Makes it of its parts.
  /// - Parameters:
  ///   - version: Tidehook's own.
  ///   - rateLimit: of one key.
  ///   - scriptLimits: an object of numbers, each with its unit in its name.
  ///   - settings: an object of settings that everybody may know.
  ///   - retention: how long things are kept.
  ///   - pluginsFolder: shown to the admin key alone.
  public init(
    version: String, startedAt: Timestamp, store: Store, rateLimit: RateLimit, scriptLimits: JSONValue, settings: JSONValue,
    retention: RetentionPolicy, pluginsFolder: String
  ) {
    self.version = version
    self.startedAt = startedAt
    self.store = store
    self.rateLimit = rateLimit
    self.scriptLimits = scriptLimits
    self.settings = settings
    self.retention = retention
    self.pluginsFolder = pluginsFolder
  }
}
