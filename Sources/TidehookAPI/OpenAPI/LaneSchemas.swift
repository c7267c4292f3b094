// The schemas of what governs a webhook's lane.

import TidehookCore

enum LaneSchemas {
  static let rateLimit: JSONValue = [
    "type": ["object", "null"],
    "properties": [
      "count": Schema.integer(1, 1_000_000_000, default: 1), "per_secs": Schema.integer(1, 86_400, default: 1),
      "per_second": count, "per_minute": count, "per_hour": count, "burst": Schema.integer(1, 1_000_000_000, default: 1),
    ],
    "description":
      "At most count attempts in each per_secs, or so many per second, minute or hour; burst of them at once after a pause, count unless given.",
  ]

  private static let count: JSONValue = [
    "type": "integer", "minimum": 1, "maximum": 1_000_000_000, "description": "Short for count and per_secs; answers have those.",
  ]

  static let ordering: JSONValue = [
    "oneOf": [
      ["type": ["string", "null"], "enum": ["none", "fifo", .null]],
      Schema.object([.init("key", Schema.string("A path into the event, such as data.memory_id."))], required: ["key"]),
    ],
    "description":
      "Which deliveries come one after another, in the order of acceptance: none, all, or those whose events have the same value there.",
  ]

  static let breaker: JSONValue = [
    "type": ["object", "null"],
    "properties": [
      "failure_rate": ["type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.7],
      "window_secs": Schema.integer(1, 3600, default: 60), "min_attempts": Schema.integer(1, 10_000, default: 10),
      "open_secs": Schema.integer(1, 3600, default: 30),
    ], "additionalProperties": false,
    "description":
      "Nothing is attempted for open_secs once failure_rate of at least min_attempts in window_secs have failed. null is never, {} the defaults.",
  ]

  /// What holds the lane back now.
  static let state: [JSONValue.Member] = [
    .init(
      "breaker_state",
      ["enum": .array(BreakerState.allCases.map { .string($0.rawValue) } + [.null]), "description": "null without a breaker."]),
    .init("breaker_since", Schema.time(nullable: true)), .init("backoff_until", Schema.time(nullable: true)),
    .init("rate_limited_until", Schema.time(nullable: true)),
  ]
}
