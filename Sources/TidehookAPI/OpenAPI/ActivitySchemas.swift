// The schemas of whether webhooks are active, and how they fare.

import TidehookCore

enum ActivitySchemas {
  static let autoDisable: JSONValue = [
    "oneOf": [
      [
        "type": "object",
        "properties": [
          "after_days": ["type": "number", "exclusiveMinimum": 0, "maximum": 365, "default": 5],
          "min_failures": Schema.integer(1, 1_000_000, default: 10),
        ], "additionalProperties": false,
      ], ["const": false], ["type": "null"],
    ],
    "description":
      "After how many days of nothing but failures, and how many of those, it becomes inactive; false is never, null as the server says.",
  ]

  /// What a change may say besides a webhook's fields.
  static let changes: [JSONValue.Member] = [
    .init(
      "held",
      [
        "enum": .array(HeldChoice.allCases.map { .string($0.rawValue) } + [.null]),
        "description": "Of a change with active: true: whether held deliveries are delivered (unless given), or cancelled.",
      ])
  ]

  /// What answers tell.
  static let outputs: [JSONValue.Member] = [
    .init(
      "disabled",
      object([
        .init("reason", Schema.choice(Disablement.Cause.allCases.map(\.rawValue))), .init("at", Schema.time()),
        .init("message", Schema.string("Why it is inactive.")),
      ])),
    .init(
      "verified_at",
      ["type": ["string", "null"], "format": "date-time", "description": "When its receiver proved whose it is, if it was asked."]),
    .init(
      "failing",
      object([
        .init("since", Schema.time()), .init("failures", Schema.count("Attempts that failed since then; none succeeded.")),
        .init("error", Schema.string("The last failure.", nullable: true)),
        .init("progress", ["type": ["number", "null"], "description": "How far it is from becoming inactive, 0 to 1."]),
        .init("disables_at", Schema.time(nullable: true)),
      ])),
    .init("held_count", Schema.count("How many deliveries are held, counted up to \(WebhookStanding.maximumHeld).")),
    .init("held_count_capped", Schema.flag("Whether there may be more.")),
  ]

  private static func object(_ properties: [JSONValue.Member]) -> JSONValue {
    ["type": ["object", "null"], "properties": .object(properties)]
  }
}
