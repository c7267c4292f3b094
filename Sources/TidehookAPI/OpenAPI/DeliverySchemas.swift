// The schemas of deliveries and attempts.

import TidehookCore

enum DeliverySchemas {
  static let all: [JSONValue.Member] = [
    .init("Delivery", Schema.object(members)),
    .init("DeliveryWithAttempts", Schema.object(members + [.init("attempts", Schema.array(of: Schema.reference("Attempt")))])),
    .init("DeliveryPage", Schema.foundPage(of: "Delivery")), .init("DeliveryGroups", groups),
    .init("DeliveryLines", ["type": "string", "description": "Lines of {cursor, delivery, event, attempt}."]),
    .init("Attempt", Schema.object(attempt)),
    .init(
      "Replay",
      Schema.object([
        .init(
          "revision",
          [
            "oneOf": [
              ["type": "string", "enum": .array(ReplayedVersions.named.map { .string($0.rawValue) })],
              ["type": "integer", "minimum": 1],
            ],
            "default": .string(ReplayedVersions.current.rawValue),
            "description": .string(
              "Whether webhook and plugins run as they are now, or as they were at the first attempt; or a revision of the webhook, which "
                + "runs with the plugins as they are now."),
          ])
      ])),
    .init(
      "Replayed",
      Schema.object([
        .init("id", Schema.string("The delivery.")), .init("webhook_id", Schema.string("Its webhook.")),
        .init("state", Schema.choice(["pending"])),
      ])),
  ]

  private static let groups = Schema.object([
    .init("data", Schema.array(of: Schema.object(group))), .init("truncated", Schema.flag("Whether there are more than 500 groups.")),
  ])

  private static let group: [JSONValue.Member] = [
    .init("state", Schema.choice(DeliveryGroupFilter.states.map(\.rawValue))), .init("webhook_id", Schema.string("The webhook.")),
    .init("webhook_name", Schema.string("Its name; null when it was deleted.", nullable: true)),
    .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue), nullable: true)),
    .init("count", Schema.count("How many; it stops at 10 000, and sooner where there are many groups.")),
    .init("at_least", Schema.flag("Whether there may be more.")),
    .init(
      "statuses",
      Schema.array(
        of: Schema.object([.init("status", ["type": "integer"]), .init("count", Schema.count("How many were answered with it."))]))),
    .init("statuses_of", Schema.count("How many of the newest the statuses are of, at most 100; 0 where none is what failed.")),
    .init("first_at", Schema.time()), .init("last_at", Schema.time()),
    .init(
      "example",
      [
        "type": ["object", "null"],
        "properties": [
          "id": Schema.string("The newest delivery."), "event_id": Schema.string("Its event."), "event_type": Schema.string("Its type."),
          "reason": Schema.string("Its last failure.", nullable: true), "updated_at": Schema.time(),
        ],
      ]),
  ]

  private static let members: [JSONValue.Member] = [
    .init("id", Schema.string("dlv_ and 26 characters.")), .init("event_id", Schema.string("The event.")),
    .init("event_type", Schema.string("Its type.")), .init("webhook_id", Schema.string("The webhook, which may be gone.")),
    .init("state", Schema.choice(DeliveryState.allCases.map(\.rawValue))),
    .init("reason", Schema.string("Why it was dropped, or the last failure.", nullable: true)),
    .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue), nullable: true)),
    .init("dropped_by", droppedBy), .init("attempt_count", Schema.count("Attempts so far.")),
    .init("next_attempt_at", Schema.time(nullable: true)),
    .init("waits_for_turn", Schema.flag("Whether an earlier delivery of its order must end first.")),
    .init("batch", Schema.string("The batch in which it goes or went, bat_ and 26 characters.", nullable: true)),
    .init("created_at", Schema.time()), .init("updated_at", Schema.time()), .init("erased_at", Schema.time()),
  ]

  private static let droppedBy: JSONValue = [
    "type": ["object", "null"], "description": "The stage of the pipeline that dropped it; null when none did.",
    "properties": [
      "stage": Schema.count("Its place in the pipeline, from 0."), "name": Schema.string("What dry runs call it."),
      "plugin": Schema.string("The plugin that it ran; null for a script.", nullable: true),
      "revision": ["type": ["integer", "null"], "description": "Which of the plugin's contents."],
      "line": [
        "type": ["integer", "null"],
        "description": "The only line of a script that returns the reason; null where there is none, for plugins, and in lists.",
      ],
    ],
  ]

  private static let attempt: [JSONValue.Member] = [
    .init("id", Schema.string("att_ and 26 characters.")), .init("number", Schema.count("From 1.")),
    .init("trigger", Schema.choice(AttemptTrigger.allCases.map(\.rawValue))),
    .init("revision", Schema.count("The webhook's revision that it ran.")),
    .init("plugins", Schema.array(of: plugin)),
    .init("started_at", Schema.time()), .init("duration_ms", ["type": "number"]), .init("phases", phases),
    .init("failure", Schema.choice(FailureKind.allCases.map(\.rawValue), nullable: true)),
    .init("error", Schema.string("What happened.", nullable: true)),
    .init("reason", Schema.string("Why the pipeline dropped the event; null when it did not.", nullable: true)),
    .init("dropped_by", droppedBy), .init("request", request),
    .init("response", message([.init("status", ["type": "integer"]), .init("truncated", ["type": "boolean"])])),
    .init("log", Schema.string("What the scripts printed, at most 4 KiB.")),
    .init(
      "body_omitted", ["type": "boolean", "description": "Whether headers, bodies and log were left out: newer attempts took 8 MiB."]),
  ]

  private static let plugin = Schema.object([
    .init("name", Schema.string("A plugin that it ran.")), .init("revision", Schema.count("Which of its contents.")),
  ])

  private static let phases: JSONValue = [
    "type": ["object", "null"],
    "properties": .object(
      ["resolve_ms", "connect_ms", "first_byte_ms", "total_ms"].map { .init($0, ["type": ["number", "null"]]) }),
  ]

  /// A request as attempts and dry runs show it.
  static let request = message([.init("method", ["type": "string"]), .init("url", ["type": "string"])])

  private static func message(_ own: [JSONValue.Member]) -> JSONValue {
    let common: [JSONValue.Member] = [
      .init("headers", Schema.headers), .init("body", ["type": ["string", "null"]]),
      .init("body_base64", Schema.string("The body, when it is no UTF-8.")),
    ]
    return ["type": ["object", "null"], "properties": .object(own + common)]
  }
}
