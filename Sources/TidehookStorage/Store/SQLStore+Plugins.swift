// Keeps every content that a plugin ever had, counted by plugin.

public import TidehookCore

extension SQLStore: PluginStore {
  private static let latest = SQLStatement(
    "SELECT revision, digest FROM plugin_revisions WHERE name = $1 ORDER BY revision DESC LIMIT 1")
  private static let insertContent = SQLStatement(
    "INSERT INTO plugin_revisions (name, revision, digest, content, created_at_us) VALUES ($1, $2, $3, $4, $5)")

  /// Stores a content unless it is the plugin's latest; returns its revision. A content that comes back after another one counts anew.
  public func record(plugin name: String, digest: String, content: [UInt8], at now: Timestamp) async throws(StoreError) -> Int {
    try await writer.write("cannot store the content of plugin \(name)", weight: 256 + content.count) { connection in
      let latest = try connection.first(Self.latest, [.text(name)]) { (revision: Int($0.integer(0)), digest: $0.text(1)) }
      if let latest, latest.digest == digest { return latest.revision }
      let revision = (latest?.revision ?? 0) + 1
      try connection.execute(
        Self.insertContent, [.text(name), .integer(Int64(revision)), .text(digest), .bytes(content), .time(now)])
      return revision
    }
  }

  private static let oneContent = SQLStatement(
    "SELECT digest, content, created_at_us FROM plugin_revisions WHERE name = $1 AND revision = $2")

  /// One content.
  public func pluginRevision(_ version: PluginVersion) async throws(StoreError) -> PluginRevision? {
    try await read("read revision \(version.revision) of plugin \(version.name)") { connection throws(SQLFailure) in
      try connection.first(Self.oneContent, [.text(version.name), .integer(Int64(version.revision))]) { row in
        PluginRevision(version: version, digest: row.text(0), content: row.bytes(1), createdAt: row.time(2))
      }
    }
  }

  private static let everyContent = SQLStatement(
    "SELECT revision, digest, created_at_us FROM plugin_revisions WHERE name = $1 ORDER BY revision DESC")

  /// Every content of a plugin, newest first, each with an empty `content`.
  public func pluginRevisions(of name: String) async throws(StoreError) -> [PluginRevision] {
    try await read("list the revisions of plugin \(name)") { connection throws(SQLFailure) in
      try connection.all(Self.everyContent, [.text(name)]) { row in
        PluginRevision(
          version: PluginVersion(name: name, revision: Int(row.integer(0))), digest: row.text(1), content: [], createdAt: row.time(2))
      }
    }
  }
}
