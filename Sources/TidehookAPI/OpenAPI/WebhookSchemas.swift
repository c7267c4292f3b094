// The schemas of webhooks.

import TidehookCore

enum WebhookSchemas {
  static let all: [JSONValue.Member] = [
    .init("NewWebhook", Schema.object(inputs + ActivitySchemas.changes, required: ["url", "events"])),
    .init("WebhookChanges", Schema.object(inputs + ActivitySchemas.changes)),
    .init("Webhook", Schema.object(outputs)),
    .init("CreatedWebhook", Schema.object(outputs + secrets)),
    .init("WebhookPage", Schema.page(of: "Webhook")),
    .init("Stage", ["oneOf": [pluginStage, scriptStage]]),
  ]

  /// What a request may set; null stands for the default.
  static let inputs: [JSONValue.Member] =
    [
      .init(
        "url",
        Schema.string(
          "Where deliveries go: http or https without a user name, sqlite:NAME.db, or postgres://USER:PASSWORD@HOST/DATABASE; an address that "
            + "the server allows. Answers show *** for a password; a change with *** keeps the one that is stored.")),
      .init("events", ["type": "array", "minItems": 1, "maxItems": 100, "items": Schema.string("An event type, memory.* or *.")]),
      .init("namespace", Schema.string("Only events of this namespace; null means of all but tidehook.", nullable: true)),
      .init("name", Schema.string("What people call it, at most 200 characters; the URL's host unless given.", nullable: true)),
      .init("active", ["type": ["boolean", "null"], "default": true]),
      .init("pipeline", Schema.array(of: Schema.reference("Stage"))),
      .init("script", Schema.string("Short for a pipeline of this one Lua script.", nullable: true)),
      .init("signing", Schema.array(of: Schema.reference("SigningScheme"))),
      .init(
        "signing_key", Schema.string("The whsk_ private key of standard-ed25519; made when it is needed, and never shown.", nullable: true)),
      .init("secret", Schema.string("Signs each request, 1 to 512 bytes; made unless given.", nullable: true)),
      .init("headers", headers),
      .init("retry", RetrySchemas.retry),
      .init("timeout_secs", Schema.number(0.1, 60, default: 15)),
      .init("max_in_flight", Schema.integer(1, 1000, default: 64)),
      .init(
        "sample",
        [
          "type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1,
          "description": "The share of the events that it gets, the same ones everywhere; null is all.",
        ]),
      .init("rate_limit", LaneSchemas.rateLimit),
      .init("ordering", LaneSchemas.ordering),
      .init("breaker", LaneSchemas.breaker),
      .init("batch", batch),
      .init(
        "handshake",
        [
          "enum": .array(HandshakeScheme.allCases.map { .string($0.rawValue) } + [.null]),
          "description": "How the receiver is asked whether it agrees, before the first delivery.",
        ]),
      .init("auto_disable", ActivitySchemas.autoDisable),
    ] + AccessSchemas.inputs

  private static let headers: JSONValue = [
    "type": "object",
    "additionalProperties": [
      "oneOf": [["type": "string"], Schema.object([.init("secret", Schema.string("The value."))], required: ["secret"])]
    ],
    "description": "Added to each request. Answers show secret ones as <secret>; a change with <secret> keeps the one that is stored.",
  ]

  private static let batch: JSONValue = [
    "type": ["object", "null"], "required": ["max_events", "max_wait_secs"],
    "properties": [
      "max_events": ["type": "integer", "minimum": 1, "maximum": 1000],
      "max_wait_secs": ["type": "number", "minimum": 0.1, "maximum": 86_400],
      "key": Schema.string("Only events with the same value there go together, as in data.user_id.", nullable: true),
    ],
    "description": "Collects events and sends max_events at once, or as many as there are when the first has waited max_wait_secs.",
  ]

  /// What a request may set, but for secrets, which answers do not show.
  static let configuration = inputs.filter { $0.key != "secret" && $0.key != "signing_key" }

  private static let pluginStage = Schema.object(
    [
      .init("plugin", Schema.string("The name of a plugin.")),
      .init(
        "options",
        Schema.anyObject("Its options. Answers show secret ones as <secret>; a change with <secret> keeps the one that is stored.")),
    ], required: ["plugin"])

  private static let scriptStage = Schema.object(
    [
      .init("script", Schema.string("A Lua script.")),
      .init(
        "cases",
        [
          "type": "array", "maxItems": .integer(Int64(CaseFields.maximumCount)),
          "items": Schema.object(
            [
              .init("name", Schema.string("The rule that it states.")), .init("event", Schema.anyObject("An event.")),
              .init("ctx", Schema.anyObject("Its namespace, where that is not default.")),
              .init("expect", Schema.anyObject("What must come of it, as in a plugin's cases.json.")),
            ], required: ["name", "event", "expect"]),
          "description": "What the script must do, at most 64 KiB. The studio runs them before it saves; deliveries know nothing of them.",
        ]),
      .init(
        "case_count", ["type": "integer", "minimum": 1, "readOnly": true, "description": "In lists, instead of cases: how many it has."]),
    ], required: ["script"])

  private static let outputs: [JSONValue.Member] =
    [.init("id", Schema.string("wh_ and 26 characters."))] + configuration + SigningSchemas.outputs + handshake + ActivitySchemas.outputs
    + LaneSchemas.state + record

  private static let handshake: [JSONValue.Member] = [
    .init(
      "handshake_state",
      ["enum": ["pending", "agreed", "refused", .null], "description": "What the receiver said; null without handshake."]),
    .init(
      "allowed_rate", ["type": ["integer", "string", "null"], "description": "Requests per minute that the receiver agreed to, or *."]),
  ]

  private static let record: [JSONValue.Member] = [
    .init("retry_schedule_secs", RetrySchemas.schedule), .init("revision", Schema.count("Counts the changes, from 1.")),
    .init("created_at", Schema.time()), .init("updated_at", Schema.time()),
  ]

  private static let secrets: [JSONValue.Member] = [
    .init("secret", Schema.string("Shown this once, when Tidehook made it.")),
    .init("standard_secret", Schema.string("The same key for verifiers of Standard Webhooks; shown this once.")),
  ]
}
