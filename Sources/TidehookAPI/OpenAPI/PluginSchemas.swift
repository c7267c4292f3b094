// The schemas of plugins.

import TidehookCore

enum PluginSchemas {
  static let all: [JSONValue.Member] = [
    .init("Plugin", Schema.object(plugin)),
    .init("PluginList", Schema.object([.init("data", Schema.array(of: Schema.reference("Plugin")))])),
    .init("PluginRevision", Schema.object(revision)),
    .init("PluginRevisionWithFiles", Schema.object(revision + [files])),
    .init("PluginRevisionPage", Schema.page(of: "PluginRevision")),
  ]

  private static let plugin: [JSONValue.Member] = [
    .init("name", Schema.string("Its name, that of its folder.")),
    .init("version", Schema.string("What its author calls this content.", nullable: true)),
    .init("summary", Schema.string("What it does.", nullable: true)),
    .init("kind", Schema.choice(["stage", "source"], nullable: true)),
    .init("revision", ["type": ["integer", "null"], "description": "Which of its contents is in use; null when none ever loaded."]),
    .init("options", Schema.anyObject("What its options must be, by name.", nullable: true)),
    .init("defaults", Schema.anyObject("Settings that it suggests for its webhooks.", nullable: true)),
    .init(
      "preset",
      Schema.anyObject("For sources: how requests are verified, recognised and taken when a source says nothing of it.", nullable: true)),
    .init(
      "functions", ["type": ["array", "null"], "items": Schema.choice(["filter", "receive", "response", "transform", "transform_batch"])]),
    .init("problem", Schema.string("Why its content on disk is refused.", nullable: true)),
  ]

  private static let revision: [JSONValue.Member] = [
    .init("name", Schema.string("The plugin.")), .init("revision", Schema.count("Counts its contents, from 1.")),
    .init("digest", Schema.string("SHA-256 of the content, in hex.")), .init("created_at", Schema.time()),
  ]

  private static let files = JSONValue.Member(
    "files",
    ["type": "object", "additionalProperties": ["type": "string"], "description": "The text of every file that it may load, by path."])
}
