// The schemas of plugins.

import TidehookCore

enum PluginSchemas {
  static let all: [JSONValue.Member] = [
    .init(
      "ScriptLibrary",
      Schema.object([.init("functions", Schema.array(of: Schema.anyObject("name, summary, parameters, returns, example.")))])),
    .init("Plugin", Schema.object(plugin)),
    .init("PluginWithReadme", Schema.object(plugin + [readme])),
    .init("PluginTest", Schema.object(report)),
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
    .init("problem", Schema.string("Why its content on disk is refused; only for the admin key.", nullable: true)),
  ]

  private static let readme = JSONValue.Member(
    "readme", Schema.string("Its README, in Markdown, at most 256 KiB of it; only for the admin key.", nullable: true))

  private static let report: [JSONValue.Member] = [
    .init("name", Schema.string("The plugin.")),
    .init("problem", Schema.string("Why no case could run.", nullable: true)),
    .init("cases", Schema.array(of: Schema.object(result))),
  ]

  private static let result: [JSONValue.Member] = [
    .init("name", Schema.string("The rule that the case states.")), .init("passed", ["type": "boolean"]),
    .init("differences", Schema.array(of: Schema.object(difference))), .init("log", Schema.string("What the plugin printed.")),
    .init("instructions", Schema.count("How many it took.")), .init("cpu_us", Schema.count("CPU time, in microseconds.")),
    .init("memory_bytes", Schema.count("The most memory that it held.")),
  ]

  private static let difference: [JSONValue.Member] = [
    .init("member", Schema.string("The member of expect that differs.")),
    .init("path", Schema.string("Where in it; empty for the whole.")),
    .init("expected", ["description": "What should be there; null for nothing."]),
    .init("got", ["description": "What is there; null for nothing."]),
  ]

  private static let revision: [JSONValue.Member] = [
    .init("name", Schema.string("The plugin.")), .init("revision", Schema.count("Counts its contents, from 1.")),
    .init("digest", Schema.string("SHA-256 of the content, in hex.")), .init("created_at", Schema.time()),
  ]

  private static let files = JSONValue.Member(
    "files",
    ["type": "object", "additionalProperties": ["type": "string"], "description": "The text of every file that it may load, by path."])
}
