// How the API, the store and the delivery engine speak of plugins without knowing what loads them.

/// One immutable version of a plugin's content.
public struct PluginVersion: Sendable, Hashable {
  /// The plugin's name.
  public var name: String
  /// Counts the plugin's contents that this gateway has run, from 1; 0 where nothing keeps count (a plugin run in the terminal).
  public var revision: Int

  /// Makes a version.
  public init(name: String, revision: Int) {
    self.name = name
    self.revision = revision
  }
}

/// What is known of a plugin.
public struct PluginInfo: Sendable {
  /// The version in use.
  public var version: PluginVersion
  /// Its manifest: a JSON object with `name`, `version`, `summary`, `kind`, `options`, `defaults`, `preset` (a ``SourcePreset``, or null)
  /// and `functions`.
  public var manifest: JSONValue
  /// Why the content that is on disk now is refused, while ``version`` goes on; `nil` when it is the one in use.
  public var problem: String?

  /// Makes a description.
  public init(version: PluginVersion, manifest: JSONValue, problem: String? = nil) {
    self.version = version
    self.manifest = manifest
    self.problem = problem
  }
}

/// The plugins there are. Consumer: the API.
public protocol PluginCatalog: Sendable {
  /// Every plugin that can be used, by name.
  func plugins() -> [PluginInfo]
  /// What is wrong under the plugin folder, by plugin: contents that were refused, also of plugins that never loaded.
  func problems() -> [String: String]
}

/// What lies beside the code of plugins. Consumer: the API.
public protocol PluginDocuments: Sendable {
  /// The README of a plugin, at most 256 KiB of it; `nil` when it has none.
  func readme(of name: String) -> String?
  /// Runs the cases of a plugin as they are on disk, and says what came of them: an object with `name`, `problem` (why none could run, or
  /// null) and `cases`; `nil` for a plugin that is not there.
  func casesReport(of name: String) async -> JSONValue?
}

/// One content of a plugin as the store keeps it.
public struct PluginRevision: Sendable {
  /// Which version.
  public var version: PluginVersion
  /// SHA-256 of the content, in hex.
  public var digest: String
  /// Every file that the plugin may load, by path below the plugin folder (`slack/plugin.lua`, `lib/cards.lua`): a JSON object of texts.
  public var content: [UInt8]
  /// When it was first loaded.
  public var createdAt: Timestamp

  /// Makes a revision.
  public init(version: PluginVersion, digest: String, content: [UInt8], createdAt: Timestamp) {
    self.version = version
    self.digest = digest
    self.content = content
    self.createdAt = createdAt
  }
}

/// Keeps every content that a plugin ever had. Consumers: the plugin catalog, the API.
public protocol PluginStore: Sendable {
  /// Stores a content unless it is the plugin's latest; returns its revision.
  func record(plugin name: String, digest: String, content: [UInt8], at now: Timestamp) async throws(StoreError) -> Int
  /// One content.
  func pluginRevision(_ version: PluginVersion) async throws(StoreError) -> PluginRevision?
  /// Every content of a plugin, newest first, each with an empty ``PluginRevision/content``.
  func pluginRevisions(of name: String) async throws(StoreError) -> [PluginRevision]
}
