// Plugins as answers show them.

import TidehookCore

extension JSONWriter {
  /// Writes a plugin; every member but name and problem is `null` when no content of it ever loaded.
  mutating func plugin(_ plugin: PluginListing) {
    beginObject()
    members(of: plugin)
    endObject()
  }

  /// Writes a plugin with its README, `null` when it has none.
  mutating func plugin(_ plugin: PluginListing, readme: String?) {
    beginObject()
    members(of: plugin)
    key("readme")
    optional(readme)
    endObject()
  }

  private mutating func members(of plugin: PluginListing) {
    key("name")
    string(plugin.name)
    manifest(["version", "summary", "kind"], of: plugin)
    key("revision")
    if let info = plugin.info { integer(info.version.revision) } else { null() }
    manifest(["options", "defaults", "preset", "functions"], of: plugin)
    key("problem")
    optional(plugin.problem)
  }

  private mutating func manifest(_ names: [String], of plugin: PluginListing) {
    for name in names {
      key(name)
      value(plugin.info?.manifest[name] ?? .null)
    }
  }

  /// Writes one content of a plugin.
  mutating func pluginRevision(_ revision: PluginRevision, withFiles: Bool = false) {
    beginObject()
    key("name")
    string(revision.version.name)
    key("revision")
    integer(revision.version.revision)
    key("digest")
    string(revision.digest)
    key("created_at")
    string(revision.createdAt.rfc3339)
    if withFiles {
      key("files")
      raw(revision.content)
    }
    endObject()
  }
}
