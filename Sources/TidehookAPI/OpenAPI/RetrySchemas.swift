// The schemas of retry policies.

import TidehookCore

enum RetrySchemas {
  /// What a request may say, and an answer says of the policy's own shape.
  static let retry: JSONValue = .object(
    (Schema.object([
      .init("max_retries", Schema.integer(0, 100, default: 3)),
      .init("initial_delay_secs", Schema.number(0.001, 86_400, default: 5)),
      .init("multiplier", Schema.number(1, 100, default: 6)),
      .init("max_delay_secs", Schema.number(0.001, 604_800, default: 3600)),
      .init("jitter", Schema.number(0, 1, default: 0.2)),
      .init(
        "schedule_secs",
        [
          "type": "array", "maxItems": .integer(Int64(RetryBackoff.mostRetries)),
          "items": ["type": "number", "minimum": .double(0.001), "maximum": 604_800],
          "description": "In place of the four above: the wait before each retry, counted from the failure before it.",
        ]),
      .init(
        "preset",
        [
          "enum": .array(RetryPreset.allCases.map { .string($0.rawValue) }),
          "description": "In place of all of the above: a schedule that is known elsewhere.",
        ]),
      .init(
        "retry_on",
        [
          "type": "array", "maxItems": .integer(Int64(RetryStatuses.mostEntries)),
          "items": ["type": "string", "pattern": "^!?[345]([0-9]{2}|xx)$"],
          "description": "Which answers are tried again, as in 5xx, 429, !501; all but 2xx and 410 unless given.",
        ]),
      .init("give_up_after_secs", limit(0.001, 31_536_000, "No try later than this after the event was accepted, replayed or resumed.")),
      .init(
        "max_retry_after_secs",
        limit(0, 604_800, "What a receiver's Retry-After counts at most; max_delay_secs unless given, else an hour or the longest wait.")),
    ]).members ?? []) + [
      .init("description", "One of max_retries and its like, schedule_secs, or preset; a change to another replaces it.")
    ])

  /// When the tries come.
  static let schedule: JSONValue = [
    "type": "array", "items": ["type": "number"],
    "description": "What retry comes to: the wait before each retry in seconds, without jitter, counted from the failure before it.",
  ]

  private static func limit(_ minimum: Double, _ maximum: Double, _ description: String) -> JSONValue {
    ["type": "number", "minimum": .double(minimum), "maximum": .double(maximum), "description": .string(description)]
  }
}
