// What events look like, for tries: realistic data of the types that are known, something plain for all others.

/// Samples of `data`.
public enum EventSamples {
  /// Sample data of a type.
  ///
  /// Source: REM Labs' documented payload for `memory.…`; docs/operations.md for Tidehook's own events.
  public static func data(of type: EventType) -> JSONValue {
    memory[type.name] ?? operational[type.name] ?? [
      "message": .string("This is a sample of \(type.name), sent to try a webhook."), "sample": true,
    ]
  }

  private static let id: JSONValue = "mem_xyz789"
  private static let content: JSONValue = "We decided to use Redis for caching"
  private static let tags: JSONValue = ["architecture", "caching"]
  private static let namespace: JSONValue = "my-project"
  private static let time: JSONValue = "2026-04-13T10:30:00Z"
  private static let later: JSONValue = "2026-04-14T08:00:00Z"

  private static let memory: [String: JSONValue] = [
    "memory.created": ["memory_id": id, "content": content, "namespace": namespace, "tags": tags, "created_at": time],
    "memory.updated": [
      "memory_id": id, "content": "We decided to use Redis for caching, with a TTL of one hour", "previous_content": content,
      "namespace": namespace, "tags": tags, "created_at": time, "updated_at": later,
    ],
    "memory.deleted": ["memory_id": id, "namespace": namespace, "deleted_at": later],
    "memory.recalled": [
      "memory_id": id, "content": content, "namespace": namespace, "tags": tags, "query": "what do we cache with?", "score": .double(0.92),
      "recalled_at": later,
    ],
    "memory.categorized": [
      "memory_id": id, "content": content, "namespace": namespace, "categories": ["technology", "decisions"], "categorized_at": later,
    ],
  ]

  private static let webhook: [JSONValue.Member] = [
    .init("webhook", "wh_00000000000000000000000000"), .init("name", "sample"), .init("namespace", namespace),
  ]
  private static let streak: [JSONValue.Member] = [
    .init("failing_since", time), .init("failures", 214), .init("error", "the receiver answered 500"),
  ]

  private static let operational: [String: JSONValue] = [
    "webhook.failing": .object(
      webhook + [.init("progress", .double(0.5))] + streak + [.init("disables_at", "2026-04-18T10:30:00Z"), .init("min_failures", 10)]),
    "webhook.disabled": .object(
      webhook + [
        .init("reason", "failing"), .init("message", "all 214 attempts since 2026-04-13T10:30:00.000Z failed"),
        .init("disabled_at", "2026-04-18T10:30:00Z"),
      ] + streak),
    "webhook.recovered": .object(webhook + [.init("recovered_at", later)] + streak),
    "delivery.dead": .object(
      webhook + [
        .init("count", 1), .init("since", time), .init("until", time), .init("failures", ["status": 1]),
        .init(
          "examples",
          [
            [
              "delivery": "dlv_00000000000000000000000000", "event_id": "evt_abc123", "event": "memory.created", "failure": "status",
              "error": "the receiver answered 500",
            ]
          ]),
      ]),
    "plugin.loaded": ["plugin": "slack", "revision": 2],
    "plugin.rejected": ["plugin": "slack", "revision": 1, "problem": "plugin.lua:3: unexpected symbol near 'end'"],
    "plugin.removed": ["plugin": "slack"],
    "source.rejecting": [
      "source": "src_00000000000000000000000000", "name": "github", "request": "req_00000000000000000000000000",
      "reason": "the signature is wrong",
    ],
    "store.low_space": ["free_bytes": 500_000_000, "total_bytes": 50_000_000_000, "threshold_bytes": 1_073_741_824],
    "store.recovered": ["free_bytes": 9_000_000_000, "total_bytes": 50_000_000_000, "low_since": time],
  ]
}
