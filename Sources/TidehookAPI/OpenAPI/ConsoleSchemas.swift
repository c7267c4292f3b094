// The schemas of the console's own calls.

import TidehookCore

enum ConsoleSchemas {
  static let all: [JSONValue.Member] = [
    .init(
      "SignIn",
      Schema.object([
        .init("key", Schema.string("An API key.")), .init("link", Schema.string("The token of a one-time link, instead of a key.")),
      ])),
    .init(
      "Session",
      Schema.object([
        .init("csrf", Schema.string("What calls that change something must send as X-Tidehook-CSRF.")), .init("key", holder),
        .init("expires_at", Schema.time()), .init("version", Schema.string("Tidehook's version.")),
      ])),
    .init(
      "ConsoleSessions",
      Schema.object([
        .init("data", Schema.array(of: Schema.object(listed))), .init("truncated", Schema.flag("Whether there are more than 500.")),
      ])),
    .init(
      "ConsoleLink",
      Schema.object([
        .init("url", Schema.string("The path to open in a browser, on the address of this gateway.")), .init("expires_at", Schema.time()),
      ])),
    .init(
      "EventStream",
      ["type": "string", "description": "Server-sent events: event (an Event and truncated), ready, skipped; id is a cursor."]),
    .init("About", about),
  ]

  private static let listed: [JSONValue.Member] = [
    .init("id", Schema.string("ses_ and 20 characters; not the token.")), .init("key", holder), .init("made_at", Schema.time()),
    .init("last_used_at", Schema.time()), .init("expires_at", Schema.time()),
    .init("this", Schema.flag("Whether it is the session that asks.")),
  ]

  private static let holder = Schema.object([
    .init("id", Schema.string("key_ and 26 characters, or admin.")), .init("name", Schema.string("What people call it.")),
    .init(
      "namespaces",
      ["type": ["array", "null"], "items": ["type": "string"], "description": "What it is limited to; null for every namespace."]),
    .init("admin", Schema.flag("Whether it is the admin key.")),
  ])

  private static let about = Schema.object([
    .init("version", Schema.string("Tidehook's version.")), .init("started_at", Schema.time()),
    .init("uptime_secs", Schema.count("Seconds since then.")),
    .init(
      "store",
      Schema.object([
        .init("kind", Schema.string("What it is kept in: sqlite.")),
        .init("schema_version", Schema.count("The number of the last migration.")),
        .init("path", Schema.string("Where; only for the admin key.", nullable: true)),
        .init("size_bytes", size("How much it takes; only for the admin key.")),
        .init("free_bytes", size("How much more fits; only for the admin key.")),
      ])),
    .init(
      "counts",
      Schema.object([
        .init("webhooks", Schema.count("Webhooks that the key sees.")), .init("sources", Schema.count("Sources that the key sees.")),
        .init("plugins", Schema.count("Plugins that can be used.")), .init("keys", size("Keys; only for the admin key.")),
        .init("streams", size("Live tails that are open; only for the admin key.")),
      ])),
    .init("limits", limits),
    .init(
      "settings",
      Schema.object([
        .init("durability", Schema.string("As the setting says.")), .init("drain_timeout_secs", Schema.count("As the setting says.")),
        .init("verify_ownership", Schema.flag("As the setting says.")), .init("console", Schema.flag("As the setting says.")),
        .init("plugins_folder", Schema.string("Where; only for the admin key.", nullable: true)),
      ])),
    .init("retention", Schema.anyObject("How many days things are kept, by what became of their deliveries; null for ever.")),
  ])

  private static let limits = Schema.object([
    .init("body_bytes", Schema.count("The longest body.")), .init("batch_bytes", Schema.count("The longest batch.")),
    .init("batch_events", Schema.count("The most events in a batch.")), .init("head_bytes", Schema.count("The longest head.")),
    .init("rate_limit_per_minute", Schema.count("Requests of one key.")),
    .init(
      "script",
      Schema.object([
        .init("cpu_ms", Schema.count("Time of one call.")), .init("instructions", Schema.count("Instructions of one call.")),
        .init("memory_bytes", Schema.count("Memory of one call.")), .init("output_bytes", Schema.count("The longest result.")),
        .init("source_bytes", Schema.count("The longest script.")),
      ])),
  ])

  private static func size(_ description: String) -> JSONValue { ["type": ["integer", "null"], "description": .string(description)] }
}
